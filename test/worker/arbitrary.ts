/** From a JSON Schema to values: mostly such as it asks for, some at its edges, and some that nobody should send. */
import fc from 'fast-check';

/** The keywords that our description uses. */
export interface JsonSchema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
}
export interface Vocabulary {
  definitions: Record<string, JsonSchema>;
  /** Values that mean something there, by the name of the field or parameter. */
  known: Record<string, string[]>;
}

const nest = (depth: number): unknown => (depth === 0 ? 'x' : [nest(depth - 1)]);

export const HOSTILE_TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udc00',
  '%',
  '_',
  '%_%',
  "'; DROP TABLE comments; --",
  '"*" OR NEAR(',
  '\\',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  'java\tscript:alert(1)',
  'data:text/html,x',
  '\u202eabc',
  '\ufeff',
  `e${'\u0301'.repeat(500)}`,
  '👨‍👩‍👧‍👦'.repeat(150),
  'x'.repeat(3_000),
  '9'.repeat(400),
  '-1',
  '1e309',
  'NaN',
  'null',
  '__proto__',
  'constructor',
  'toString',
  '../../x',
  'https://a..b/',
  'http://[::1]/',
  'https://me:secret@blog.example/',
  'https://blog.example:99999/',
  `https://blog.example/${'%F0%9F%98%80'.repeat(200)}`,
  '0000-00-00T00:00:00.000Z',
  '+275760-09-13T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
  '2026-02-30T12:00:00.000Z',
  '(?=x)',
  '((a{999}){999}){999}',
  '::ffff:10.0.0.1/0',
];
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e21, -0, 2 ** 53, [], {}, [[]], nest(60)),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 50 }) },
);

/** @param name of the field or parameter that it is for */
export function arbitraryOf(schema: JsonSchema, words: Vocabulary, name = ''): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 19, arbitrary: fitting(schema, words, name) }, { weight: 1, arbitrary: hostile });
}

function fitting(schema: JsonSchema, words: Vocabulary, name: string): fc.Arbitrary<unknown> {
  if (schema.$ref) return fitting(words.definitions[schema.$ref.split('/').at(-1)!]!, words, name);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const some = schema.anyOf ?? schema.oneOf;
  if (some) return fc.oneof(...some.map((one) => fitting(one, words, name)));
  switch (schema.type) {
    case 'object':
      return objectOf(schema, words);
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}, words, name), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      });
    case 'string':
      return textOf(schema, words.known[name]);
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -5, max: schema.maximum ?? 100_000 });
    case 'number':
      return fc.double({ noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue();
  }
}

/** Fields that may be left out and are there at once: with more, hardly a request would be all right. */
const OPTIONAL_AT_ONCE = 3;

/** With all that is required, and now and then without, or with more than is known. */
function objectOf({ properties = {}, required = [] }: JsonSchema, words: Vocabulary): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, arbitraryOf(schema, words, name)]),
  );
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  const whole = fc
    .subarray(optional, { maxLength: Math.min(optional.length, OPTIONAL_AT_ONCE) })
    .chain((some) => fc.record(Object.fromEntries([...required, ...some].map((name) => [name, fields[name]!]))));
  const extra = fc
    .tuple(whole, fc.constantFrom('extra', '__proto__', 'constructor', '\ud800', ''), hostile)
    .map(([object, key, value]) => Object.fromEntries([...Object.entries(object), [key, value]]));
  return fc.oneof(
    { weight: 12, arbitrary: whole },
    { weight: 1, arbitrary: fc.record(fields, { requiredKeys: [] }) },
    { weight: 1, arbitrary: extra },
  );
}

function textOf(schema: JsonSchema, known: string[] | undefined): fc.Arbitrary<string> {
  const { minLength = 0, maxLength = 40 } = schema;
  const fit = schema.pattern
    ? fc.stringMatching(new RegExp(schema.pattern))
    : schema.format === 'date-time'
      ? fc.date({ noInvalidDate: true }).map((date) => date.toISOString())
      : schema.format === 'uri'
        ? fc.webUrl()
        : schema.format === 'email'
          ? fc.emailAddress()
          : fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 40) });
  return known ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: fit }) : fit;
}
