/** The other half of the API described: what webhooks are told, as OpenAPI 3.1 has it. */
import { EVENTS, type EventType } from './contract-notify';

/** The schema of what is told with each event; of every other, a comment as moderators see it. */
const DATA: Partial<Record<EventType, string>> = { 'comment.deleted': 'GoneComment', 'import.finished': 'Import' };
export const dataOf = (type: EventType): string => DATA[type] ?? 'AdminComment';

export const describeEvents = (): object =>
  Object.fromEntries(Object.entries(EVENTS).map(([type, what]) => [type, { post: describe(type as EventType, what) }]));

function describe(type: EventType, summary: string): object {
  return {
    operationId: `on_${type.replace('.', '_')}`,
    summary: `${summary}.`,
    description:
      'Signed by Standard Webhooks: take it when one of the signatures is yours and the time is no more than five minutes from now; an id that was seen before is the same event again.',
    tags: ['notices'],
    security: [],
    parameters: [
      header('webhook-id', 'The same at every attempt', { type: 'string', pattern: '^[0-9a-z_]+$' }),
      header('webhook-timestamp', 'Of this attempt, in seconds since 1970', { type: 'string', pattern: '^\\d+$' }),
      header(
        'webhook-signature',
        '`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; several, with spaces between, while a secret is changed',
        { type: 'string' },
      ),
    ],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: {
              type: { const: type },
              timestamp: { type: 'string', format: 'date-time', description: 'When it happened' },
              data: { $ref: `#/components/schemas/${dataOf(type)}` },
            },
            required: ['type', 'timestamp', 'data'],
          },
        },
      },
    },
    responses: {
      '2XX': { description: 'Taken. Everything else is a failure, redirects too, and is tried again' },
      410: { description: 'Nothing is wanted any more: the webhook is switched off' },
      '4XX': { description: 'Tried again later, not before `Retry-After`' },
    },
  };
}

const header = (name: string, description: string, schema: object) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema,
});
