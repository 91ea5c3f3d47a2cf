/** The settings as /openapi.json describes them: what a field for each needs to know. The form is made of it. */

interface JsonSchema {
  type?: string;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  default?: unknown;
}

/** What kind of value a setting has. */
export type Shape =
  | { kind: 'switch' }
  | { kind: 'number'; min: number; max: number }
  | { kind: 'choice'; options: string[] }
  | { kind: 'text'; nullable: boolean; required: boolean }
  | { kind: 'words'; max: number }
  | { kind: 'rows'; columns: Record<string, Shape>; defaults: Record<string, unknown>; max: number };

export interface Setting {
  name: string;
  shape: Shape;
  default: unknown;
}

let asked: Promise<Setting[]> | undefined;

/** Once a session. */
export function readSettings(): Promise<Setting[]> {
  asked ??= fetch('/openapi.json', { credentials: 'omit' })
    .then((answer) => answer.json() as Promise<{ components: { schemas: { Settings: JsonSchema } } }>)
    .then(({ components }) =>
      Object.entries(components.schemas.Settings.properties ?? {}).map(([name, schema]) => ({
        name,
        shape: shapeOf(schema),
        default: schema.default,
      })),
    );
  asked.catch(() => {
    asked = undefined;
  });
  return asked;
}

export function shapeOf(schema: JsonSchema, required = false): Shape {
  const nullable = schema.anyOf?.some(({ type }) => type === 'null') ?? false;
  const { type, items, ...rest } = schema.anyOf?.find((each) => each.type !== 'null') ?? schema;
  if (type === 'boolean') return { kind: 'switch' };
  if (type === 'integer' || type === 'number')
    return { kind: 'number', min: rest.minimum ?? 0, max: rest.maximum ?? Number.MAX_SAFE_INTEGER };
  if (rest.enum) return { kind: 'choice', options: rest.enum };
  const max = rest.maxItems ?? Number.POSITIVE_INFINITY;
  if (type === 'array' && items?.properties) {
    const { properties, required: needed = [] } = items;
    const columns = Object.entries(properties).map(([name, each]) => [name, shapeOf(each, needed.includes(name))]);
    const defaults = Object.entries(properties).map(([name, each]) => [name, each.default ?? each.enum?.[0] ?? '']);
    return { kind: 'rows', columns: Object.fromEntries(columns), defaults: Object.fromEntries(defaults), max };
  }
  if (type === 'array') return { kind: 'words', max };
  return { kind: 'text', nullable, required };
}
