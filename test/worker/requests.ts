/** From what the description says of an endpoint to requests: right ones, wrong ones, and what a proxy or an attacker might send. */
import fc from 'fast-check';
import type { Headers } from './admin';
import { arbitraryOf, HOSTILE_TEXTS, type JsonSchema, type Vocabulary } from './arbitrary';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: JsonSchema;
}
/** Of the description, what matters here. */
export interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: { 'application/json': { schema: JsonSchema } } };
  responses: Record<string, { description: string }>;
}
/** Who asks; those oftener who get further. */
const WHO = [
  'owner',
  'owner',
  'owner',
  'owner',
  'token',
  'token',
  'guest',
  'guest',
  'moderator',
  'nobody',
  'nonsense',
] as const;
export interface Sent {
  who: (typeof WHO)[number];
  path: string;
  body?: string | Uint8Array;
  headers: Headers;
}

const RAW_SEGMENTS = ['%', '%ff', '%00', '%zz', '%2f', '..%2f..', '%ED%A0%80', ';', '+', '%20'];
const RAW_QUERIES = ['%', 'url=%ff', 'url=%00', '&&&', '=', '__proto__=1', 'a[b]=c', `x=${'y'.repeat(9_000)}`];
const RAW_BODIES: (string | Uint8Array)[] = [
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '0',
  '\ufeff{}',
  '{"url":1,"url":2}',
  '['.repeat(20_000),
  `${'{"a":'.repeat(8_000)}1${'}'.repeat(8_000)}`,
  `{"body":"${'x'.repeat(70_000)}"}`,
  new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
];
const TYPES = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''];
const often = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, weight = 15) =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: rare });
const toText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
/** What a request can carry as a header at all. */
const isHeader = (text: string) => /^[\x20-\x7e]*$/.test(text);

export function arbitraryRequest(
  { path, parameters = [], requestBody }: Operation & { path: string },
  words: Vocabulary,
): fc.Arbitrary<Sent> {
  const of = (place: Parameter['in']) => parameters.filter((parameter) => parameter.in === place);
  const segments = fc.record(
    Object.fromEntries(
      of('path').map(({ name, schema }) => [
        name,
        often(
          arbitraryOf(schema, words, name).map((value) => encodeURIComponent(toText(value).toWellFormed())),
          fc.constantFrom(...RAW_SEGMENTS),
          // A segment of dots would be another path.
        ).filter((segment) => !/^\.*$/.test(segment)),
      ]),
    ),
  );
  const pairs = of('query').map(({ name, required, schema }) => {
    const value = arbitraryOf(schema, words, name).map((given) => (Array.isArray(given) ? given : [given]));
    const twice = value.map((values) => [...values, ...values]);
    const list = often(value, twice, 30).map((values) => values.map((one): [string, string] => [name, toText(one)]));
    return often(list, fc.constant<[string, string][]>([]), required ? 20 : 1);
  });
  const search = often(
    fc.tuple(...pairs).map((lists) => {
      const params = new URLSearchParams(lists.flat().map(([name, value]) => [name, value.toWellFormed()]));
      return params.size > 0 ? `?${params}` : '';
    }),
    fc.constantFrom(...RAW_QUERIES).map((raw) => `?${raw}`),
  );
  const body: fc.Arbitrary<string | Uint8Array | undefined> = requestBody
    ? often<string | Uint8Array>(
        arbitraryOf(requestBody.content['application/json'].schema, words).map((value) => JSON.stringify(value)),
        fc.constantFrom(...RAW_BODIES),
      )
    : fc.constant(undefined);
  const type = requestBody ? often(fc.constant('application/json'), fc.constantFrom(...TYPES)) : fc.constant(undefined);
  const given = fc.record(
    Object.fromEntries(
      of('header').map(({ name, schema }) => [name, arbitraryOf(schema, words, name).map(toText).filter(isHeader)]),
    ),
  );
  const nonsense = fc.constantFrom(...HOSTILE_TEXTS.filter(isHeader), 'Bearer x', 'DPoP x', 'Bearer aw_', 'Basic eA==');
  return fc
    .record({ who: fc.constantFrom(...WHO), segments, search, body, type, given, nonsense })
    .map((made): Sent => {
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => made.segments[name]!);
      const credentials: Headers = made.who === 'nonsense' ? { Authorization: made.nonsense, DPoP: made.nonsense } : {};
      return {
        who: made.who,
        path: filled + made.search,
        ...(made.body !== undefined && { body: made.body }),
        headers: { ...made.given, ...(made.type !== undefined && { 'Content-Type': made.type }), ...credentials },
      };
    });
}
