/**
 * A real HTTP server on this machine that stands for whoever is told things: it keeps what it gets and answers as it was asked to.
 * Worker tests begin it beforehand (vitest.config.ts) because workerd can ask servers and not be one; they speak with it through
 * worker/received.ts. What is sent to a box goes below `/box/NAME/`; `/answers/NAME` and `/seen/NAME` are for the test.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';

export interface Seen {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  /** Epoch ms. */
  at: number;
}
export interface ReceiverAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  /** Answers only when so many requests have arrived that are not answered yet: nobody does before them. */
  together?: number;
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
  const waiting = new Map<string, (() => void)[]>();
  const server = createServer(async (request, response) => {
    const [, what, box = '', ...rest] = (request.url ?? '').split('/');
    const body = await read(request);
    if (what === 'seen') return response.end(JSON.stringify(seen.get(box) ?? []));
    if (what === 'answers') {
      answers.set(box, JSON.parse(body) as ReceiverAnswer[]);
      return response.end('ok');
    }
    const list = seen.get(box) ?? [];
    seen.set(box, list);
    list.push({
      method: request.method ?? '',
      path: `/${rest.join('/')}`,
      headers: request.headers as Record<string, string>,
      body,
      at: Date.now(),
    });
    // The last one stands for all that follow.
    const queue = answers.get(box) ?? [{ status: 204 }];
    const { status, headers, body: text, hangs, together } = queue.length > 1 ? queue.shift()! : queue[0]!;
    if (hangs) return;
    if (together !== undefined) {
      const held = waiting.get(box) ?? [];
      waiting.set(box, held);
      await new Promise<void>((go) => {
        held.push(go);
        if (held.length >= together) for (const one of held.splice(0)) one();
      });
    }
    response.writeHead(status, headers).end(text);
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
