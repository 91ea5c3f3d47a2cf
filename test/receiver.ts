/**
 * A real HTTP server on this machine that stands for whoever is told things: it keeps what it gets and answers as it was asked to.
 * Worker tests begin it beforehand (vitest.config.ts) because workerd can ask servers and not be one; they speak with it through
 * test/worker/received.ts. What is sent to a box goes below `/box/NAME/`; `/answers/NAME` and `/seen/NAME` are for the test.
 */
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';

export interface Seen {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  /** How many of its box had no answer then, itself among them. */
  open: number;
}
export interface ReceiverAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  /** Not before a box has got so many. */
  after?: { box: string; requests: number };
  /** Never answers. */
  hangs?: boolean;
}

declare module 'vitest' {
  export interface ProvidedContext {
    receiver: string;
  }
}

export default async function start({ provide }: TestProject): Promise<() => Promise<void>> {
  const seen = new Map<string, Seen[]>();
  const answers = new Map<string, ReceiverAnswer[]>();
  const open = new Map<string, number>();
  const arrivals = new EventEmitter().setMaxListeners(0);
  const server = createServer(async (request, response) => {
    const [, what, box = '', ...rest] = (request.url ?? '').split('/');
    const body = await read(request);
    if (what === 'seen') return response.end(JSON.stringify(seen.get(box) ?? []));
    if (what === 'answers') {
      answers.set(box, JSON.parse(body) as ReceiverAnswer[]);
      return response.end('ok');
    }
    open.set(box, (open.get(box) ?? 0) + 1);
    const { method = '', headers } = request;
    const one = { method, path: `/${rest.join('/')}`, headers: headers as Record<string, string>, body };
    seen.set(box, [...(seen.get(box) ?? []), { ...one, open: open.get(box)! }]);
    arrivals.emit('one');
    // The last one stands for all that follow.
    const queue = answers.get(box) ?? [{ status: 204 }];
    const answer = queue.length > 1 ? queue.shift()! : queue[0]!;
    if (answer.hangs) return;
    const { after } = answer;
    while (after && (seen.get(after.box) ?? []).length < after.requests) await once(arrivals, 'one');
    open.set(box, open.get(box)! - 1);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  provide('receiver', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
}

async function read(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}
