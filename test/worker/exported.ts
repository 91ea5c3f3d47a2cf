/** The whole export, followed from answer to answer as a client does. */

import type { Headers } from './admin';
import { ADMIN, call } from './api';

/** @param answers how it came */
export async function readExport(query = '', headers: Headers = ADMIN, answers: Response[] = []): Promise<string> {
  let text = '';
  for (let next: string | undefined = `/admin/export${query}`; next !== undefined; ) {
    const answer: Response = await call(next, { headers });
    if (answer.status !== 200) throw new Error(`${next}: ${answer.status} ${await answer.text()}`);
    answers.push(answer);
    text += await textOf(answer);
    next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('Link') ?? '')?.[1];
  }
  return text;
}

/** The runtime warns of `text()` where the type is not one of text. */
export const textOf = async (answer: Response | Promise<Response>): Promise<string> =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await (await answer).arrayBuffer());

export const recordsOf = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
