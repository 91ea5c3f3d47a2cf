/** From bytes a stranger sent to values of the contract: every refusal is a Problem that names the field. */
import * as v from 'valibot';
import { LIMITS } from './contract';
import { Problem } from './problem';

/** @throws Problem invalid_request naming the first wrong parameter */
export function parseQuery<T extends v.GenericSchema>(
  schema: T,
  search: URLSearchParams,
  lists: string[] = [],
): v.InferOutput<T> {
  const input: Record<string, string | string[]> = Object.create(null);
  for (const name of new Set(search.keys())) {
    const values = search.getAll(name);
    if (lists.includes(name)) input[name] = values;
    else if (values.length > 1) throw new Problem('invalid_request', `${name}: must be given once.`, { field: name });
    else input[name] = values[0]!;
  }
  return narrow(schema, { ...input });
}

/** @throws Problem unsupported_media_type, body_too_large, invalid_json, or invalid_request naming the field */
export async function parseBody<T extends v.GenericSchema>(
  schema: T,
  request: Request,
  maxBytes: number = LIMITS.requestBytes,
): Promise<{ value: v.InferOutput<T>; text: string }> {
  const type = request.headers.get('Content-Type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) throw new Problem('unsupported_media_type');
  const text = await readText(request, maxBytes);
  let input: unknown;
  try {
    input = JSON.parse(text, (_, value) => (typeof value === 'string' ? storable(value) : value));
  } catch (cause) {
    throw new Problem('invalid_json', undefined, { cause });
  }
  return { value: narrow(schema, input), text };
}

/** What a form without scripts sends. @throws Problem body_too_large, invalid_json when it is no text */
export async function parseForm(request: Request): Promise<URLSearchParams> {
  return new URLSearchParams(await readText(request, LIMITS.requestBytes));
}

/**
 * Reads no further than the limit, whatever Content-Length says.
 * @throws Problem body_too_large, invalid_json when it is no text
 */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let bytes = 0;
  let text = '';
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw new Problem('body_too_large', `The body must be ${maxBytes} bytes or fewer.`);
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem('invalid_json', 'The request body is not UTF-8.', { cause });
  }
}

/** SQLite's text is UTF-8 and ends at a NUL: half characters and NULs become U+FFFD before anything looks at them. */
const storable = (text: string) => text.toWellFormed().replaceAll('\0', '\ufffd');

function narrow<T extends v.GenericSchema>(schema: T, input: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, input, { abortEarly: true, abortPipeEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const field = v.getDotPath(issue) ?? undefined;
  throw new Problem('invalid_request', `${field ?? 'The body'}: ${explain(issue)}.`, { field });
}

function explain(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object') return issue.expected === 'never' ? 'is not a known field' : 'is missing';
  if (issue.kind === 'schema' && issue.type !== 'picklist')
    return `must be a ${issue.expected ?? issue.type}, not ${issue.received}`;
  return issue.message;
}
