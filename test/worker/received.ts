/** Somebody who is told things by webhook: a box of its own at the receiver (test/receiver.ts), behind a public address. */
import { inject } from 'vitest';
import type { Bindings } from '../../worker/env';
import type { ReceiverAnswer, Seen } from '../receiver';

export interface Box {
  name: string;
  /** Where whoever sends believes to send. */
  origin: string;
  /** What the worker must be run with to reach it. */
  env: Partial<Bindings>;
  seen(): Promise<Seen[]>;
  /** From now on, one after the other; the last one stands for all that follow. */
  answer(...answers: ReceiverAnswer[]): Promise<void>;
}

let boxes = 0;
/** @param others whom the same worker reaches as well */
export function openBox(others: Box[] = []): Box {
  const name = `${crypto.randomUUID()}-${++boxes}`;
  const origin = `https://box${boxes}.receiver.example`;
  const base = inject('receiver');
  const known = others.map(({ env }) => JSON.parse(env.PROVIDER_ORIGINS as string) as Record<string, string>);
  const origins: Record<string, string> = Object.assign({ [origin]: `${base}/box/${name}` }, ...known);
  return {
    name,
    origin,
    env: { PROVIDER_ORIGINS: JSON.stringify(origins) },
    seen: async () => (await fetch(`${base}/seen/${name}`)).json(),
    async answer(...answers) {
      await (await fetch(`${base}/answers/${name}`, { method: 'POST', body: JSON.stringify(answers) })).text();
    },
  };
}
