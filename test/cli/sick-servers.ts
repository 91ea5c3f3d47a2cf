/** Servers for the tests of doctor: pages with defects, and what may stand before a worker and spoil its answers. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ROOT } from '../../cli/root.ts';

/** Signed by itself, for localhost, and known to nobody: NODE_EXTRA_CA_CERTS makes a process trust it. */
export const CERTIFICATE = join(ROOT, 'test/fixtures/localhost/certificate.pem');

const servers: Server[] = [];
export function closeServers(): void {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
}

/** @returns its origin */
export async function listen(answer: RequestListener, { secure = false } = {}): Promise<string> {
  const key = { cert: readFileSync(CERTIFICATE), key: readFileSync(CERTIFICATE.replace('certificate', 'key')) };
  const server = secure ? createSecureServer(key, answer) : createServer(answer);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, 'localhost', done));
  return `${secure ? 'https' : 'http'}://localhost:${(server.address() as AddressInfo).port}`;
}

/** What is changed of an answer; null takes a header away. */
export type Spoil = (
  path: string,
) => { status?: number; body?: string; headers?: Record<string, string | null> } | undefined;

/** Passes everything on to the instance, with embed.js as it was built, as a proxy before a worker would. */
export const front = (instance: string, built: string, spoil: Spoil = () => undefined): Promise<string> =>
  listen((request, response) => {
    pass(request, response, instance, built, spoil).catch((error: unknown) => response.destroy(error as Error));
  });

async function pass(request: IncomingMessage, response: ServerResponse, instance: string, built: string, spoil: Spoil) {
  const path = request.url!;
  const file = /^\/(?:embed|count)\.js$/.exec(path)?.[0];
  const headers = new Headers();
  for (const name of ['authorization', 'origin', 'accept'] as const) {
    const value = request.headers[name];
    if (value !== undefined) headers.set(name, value);
  }
  const answer = file
    ? new Response(readFileSync(join(built, file)), {
        headers: {
          'Content-Type': 'text/javascript',
          'Access-Control-Allow-Origin': '*',
          'Cross-Origin-Resource-Policy': 'cross-origin',
          'X-Content-Type-Options': 'nosniff',
        },
      })
    : await fetch(instance + path, { headers, redirect: 'manual' });
  const spoilt = spoil(path);
  const sent = Object.fromEntries(answer.headers);
  delete sent['content-encoding'];
  delete sent['content-length'];
  delete sent['transfer-encoding'];
  for (const [name, value] of Object.entries(spoilt?.headers ?? {})) {
    if (value === null) delete sent[name.toLowerCase()];
    else sent[name.toLowerCase()] = value;
  }
  response.writeHead(spoilt?.status ?? answer.status, sent);
  response.end(spoilt?.body ?? Buffer.from(await answer.arrayBuffer()));
}
