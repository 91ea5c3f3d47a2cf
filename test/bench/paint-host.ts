/**
 * Where the measured pages come from: one server for the pages, as a blog has, and one in front of our worker for script
 * and API. Both compress, which the local worker does not, and compress everything alike.
 */
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export interface Content {
  type: string;
  body: string;
}

export interface Host {
  /** No slash at the end. */
  url: string;
  /** What is served by path. */
  content: Map<string, Content>;
  close(): Promise<void>;
}

const agent = new Agent({ keepAlive: true });

/** @param upstream answers what is not in `content`; may be set after the start */
export async function startHost(upstream?: () => string): Promise<Host> {
  const content = new Map<string, Content>();
  const server = createServer((incoming, outgoing) => {
    const found = content.get(incoming.url ?? '');
    if (found) send(outgoing, 200, { 'content-type': found.type }, Buffer.from(found.body));
    else if (upstream) forward(upstream(), incoming, outgoing);
    else outgoing.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://localhost:${port}`, content, close: () => close(server) };
}

function forward(upstream: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { host: _, 'accept-encoding': __, ...headers } = incoming.headers;
  const onward = request(upstream + incoming.url, { agent, method: incoming.method ?? 'GET', headers }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...kept } = answer.headers;
      send(outgoing, answer.statusCode ?? 502, kept as Record<string, string>, Buffer.concat(chunks));
    });
  });
  onward.on('error', () => outgoing.writeHead(502).end());
  incoming.pipe(onward);
}

function send(outgoing: ServerResponse, status: number, headers: Record<string, string>, body: Buffer): void {
  outgoing.writeHead(status, { 'access-control-allow-origin': '*', ...headers, 'content-encoding': 'gzip' });
  outgoing.end(gzipSync(body));
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}
