/** A small load generator: a fixed number of keep-alive connections, each asking again as soon as it was answered. */
import { Agent, request } from 'node:http';

export const CONNECTIONS = 8;

export interface Ask {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface Load {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** @param next makes the next request @throws Error when an answer has another status */
export async function load(next: () => Ask, status: number, forMs: number): Promise<Load> {
  // Its own agent: a connection that lay idle between two loads may be closed by the server just when it is used again.
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const times: number[] = [];
  const start = performance.now();
  const connection = async () => {
    while (performance.now() - start < forMs) {
      const sent = performance.now();
      const question = next();
      const answer = await ask(question, agent);
      if (answer.status !== status) throw new Error(`${question.url} answered ${answer.status}: ${answer.body}`);
      times.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  const took = performance.now() - start;
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { requestsPerSecond: (times.length * 1000) / took, p50Ms: at(0.5), p99Ms: at(0.99) };
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** @param agent a connection of its own when missing */
export function ask({ url, method = 'GET', headers = {}, body = '' }: Ask, agent?: Agent): Promise<Answer> {
  return new Promise((done, fail) => {
    const outgoing = request(url, { agent, method, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', fail);
      incoming.on('end', () =>
        done({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}
