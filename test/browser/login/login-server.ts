/**
 * A server of its own on which every way to log in leads to a provider on this machine: the issuer, the stand-ins, and one
 * host that publishes a site's public keys. Sites as the tests of logging in need them.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createListener } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JWK } from 'jose';
import type { Secrets } from '../../../cli/secrets.ts';
import { type Server, startServer } from '../../../cli/server.ts';
import type { SiteInput } from '../../../cli/site-sql.ts';
import { type Issuer, startIssuer } from './oidc-issuer.ts';
import { type StandIns, startStandIns } from './stand-ins.ts';

export interface LoginServer {
  /** `http://localhost:40123/api/v1` */
  api: string;
  issuer: Issuer;
  standIns: StandIns;
  /** Folder of the server's database. */
  persistDir: string;
  /** What it was started with first. */
  secrets: Secrets;
  /** Ends the server and starts it again on the same database and port. @param vars beside those it has anyway */
  restart(vars: Record<string, string>): Promise<void>;
  log(): string;
  close(): Promise<void>;
}

/** The public address of the host with public keys. */
export const JWKS_URL = 'https://keys.club.example/jwks.json';
export const SSO_SECRET = 'shared-with-the-site-0123456789-abcdef';
const CLIENT = { id: 'afterword', secret: 'the-secret-of-afterword-there' };

/** @param keys what is published at JWKS_URL @param assets static files, if any are wanted */
export async function startLoginServer(
  options: { sites?: SiteInput[]; keys?: JWK[]; assets?: string } = {},
): Promise<LoginServer> {
  const persistDir = await mkdtemp(join(tmpdir(), 'afterword-login-'));
  const { port, free } = await reservePort();
  const noBundles = join(persistDir, 'no-bundles'); // whoever wants some has them from another server
  await mkdir(noBundles);
  const redirectUriOf = (provider: string) => `http://localhost:${port}/api/v1/login/${provider}/callback`;
  const [issuer, standIns, keys] = await Promise.all([
    startIssuer({ clientId: CLIENT.id, clientSecret: CLIENT.secret, redirectUris: [redirectUriOf('house')] }),
    startStandIns(redirectUriOf),
    publishKeys(options.keys ?? []),
  ]);
  const house = { id: 'house', name: 'House', issuer: issuer.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret };
  const vars = {
    PROVIDER_ORIGINS: JSON.stringify({ ...standIns.origins, ...issuer.origins, ...keys.origins }),
    OIDC_PROVIDERS: JSON.stringify([house]),
    SSO_SECRET,
    ...standIns.secrets,
  };
  const start = (more: Record<string, string> = {}) =>
    startServer({
      persistDir,
      port,
      vars: { ...vars, ...more },
      assets: options.assets ?? noBundles,
      limits: { post: 100_000, read: 100_000 },
      ...(options.sites && { sites: options.sites }),
    });
  await free();
  let server: Server = await start();
  return {
    api: `${server.url}/api/v1`,
    issuer,
    standIns,
    persistDir,
    secrets: server.secrets,
    restart: async (more) => {
      await server.kill();
      server = await start(more);
    },
    log: () => server.log(),
    close: async () => {
      await Promise.all([server.kill(), issuer.close(), standIns.close(), keys.close()]);
      await rm(persistDir, { recursive: true, force: true });
    },
  };
}

/** Providers have the server's address in their books before it starts. Nobody else gets the port until it is freed. */
async function reservePort(): Promise<{ port: number; free(): Promise<void> }> {
  const holder = createListener();
  await new Promise<void>((ready) => holder.listen(0, '127.0.0.1', ready));
  const { port } = holder.address() as AddressInfo;
  return { port, free: () => new Promise((done) => holder.close(() => done())) };
}

async function publishKeys(keys: JWK[]): Promise<{ origins: Record<string, string>; close(): Promise<unknown> }> {
  const server = createServer((request, response) => {
    const found = request.url === new URL(JWKS_URL).pathname;
    const headers = { 'Content-Type': 'application/json' };
    response.writeHead(found ? 200 : 404, headers).end(JSON.stringify(found ? { keys } : {}));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    origins: { [new URL(JWKS_URL).origin]: `http://localhost:${port}` },
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}
