/** The API described: OpenAPI 3.1, generated from contract.ts. What is said here by hand is only which endpoint uses what. */
import { toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import * as contract from './contract';
import { ERRORS, type ErrorCode } from './contract';

type Schema = v.GenericSchema;
interface Endpoint {
  method: 'get' | 'post';
  path: string;
  id: string;
  summary: string;
  query?: v.GenericSchema & { entries: Record<string, Schema> };
  body?: 'NewComment' | 'NewPreview';
  status: 200 | 201;
  answer: keyof typeof answers;
  /** Beyond those every endpoint has. */
  errors: ErrorCode[];
}

const answers = {
  Comment: contract.Comment,
  CommentInContext: contract.CommentInContext,
  Counts: contract.Counts,
  Preview: contract.Preview,
  Replies: contract.Replies,
  Thread: contract.Thread,
};
const definitions: Record<string, Schema> = {
  ...answers,
  Author: contract.Author,
  NewComment: contract.NewComment,
  NewPreview: contract.NewPreview,
  Page: contract.Page,
  Problem: contract.ProblemBody,
};

const EVERYWHERE: ErrorCode[] = [
  'unauthorized',
  'origin_not_allowed',
  'rate_limited',
  'internal',
  'setup_required',
  'storage_unavailable',
];
const NAMES_PAGE: ErrorCode[] = ['invalid_request', 'url_invalid', 'url_not_http', 'url_too_long'];
const HAS_BODY: ErrorCode[] = ['invalid_json', 'body_too_large', 'unsupported_media_type'];

/** Every endpoint. A test holds it against the routes that are mounted. */
export const ENDPOINTS: Endpoint[] = [
  {
    method: 'get',
    path: '/thread',
    id: 'readThread',
    summary:
      'The conversation of a page, a page of it at a time. Conditional requests (ETag) are answered from one row.',
    query: contract.ThreadQuery,
    status: 200,
    answer: 'Thread',
    errors: NAMES_PAGE,
  },
  {
    method: 'get',
    path: '/comments/{id}',
    id: 'readComment',
    summary: 'One comment with its page and ancestors.',
    query: contract.CommentQuery,
    status: 200,
    answer: 'CommentInContext',
    errors: ['invalid_request', 'not_found'],
  },
  {
    method: 'get',
    path: '/comments/{id}/replies',
    id: 'readReplies',
    summary: 'Everything below a comment, oldest first; a parent always comes before its replies.',
    query: contract.RepliesQuery,
    status: 200,
    answer: 'Replies',
    errors: ['invalid_request', 'not_found'],
  },
  {
    method: 'get',
    path: '/counts',
    id: 'readCounts',
    summary: 'How many comments each page has.',
    query: contract.CountsQuery,
    status: 200,
    answer: 'Counts',
    errors: NAMES_PAGE,
  },
  {
    method: 'post',
    path: '/comments',
    id: 'postComment',
    summary: 'Writes a comment. Sent twice with one Idempotency-Key it is written once, and answered alike.',
    body: 'NewComment',
    status: 201,
    answer: 'Comment',
    errors: [
      ...NAMES_PAGE,
      ...HAS_BODY,
      'idempotency_key_required',
      'idempotency_key_reused',
      'page_locked',
      'parent_unavailable',
    ],
  },
  {
    method: 'post',
    path: '/preview',
    id: 'previewComment',
    summary: 'Renders Markdown as a comment of this site would be.',
    body: 'NewPreview',
    status: 200,
    answer: 'Preview',
    errors: [...NAMES_PAGE, ...HAS_BODY],
  },
];

/** @param origin where this API answers */
export function describeApi(origin: string): object {
  const schemas = toJsonSchemaDefs(definitions, {
    target: 'draft-2020-12',
    typeMode: 'input',
    // What a JSON Schema cannot say (characters as a person counts them, bytes) the descriptions and errors do.
    errorMode: 'ignore',
    overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  });
  return {
    openapi: '3.1.1',
    info: {
      title: 'Afterword',
      version: '1',
      summary: 'One conversation under any page.',
      description:
        'Times are ISO 8601 in UTC. Errors are RFC 9457 problem details: branch on `code`. Unknown fields and parameters are refused. Reading needs no header, so browsers send no CORS preflight.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: `${origin}/api/v1` }],
    security: [{}, { token: [] }],
    tags: [{ name: 'comments', description: 'Reading and writing a conversation' }],
    paths: Object.fromEntries(
      [...new Set(ENDPOINTS.map((e) => e.path))].map((path) => [
        path,
        Object.fromEntries(ENDPOINTS.filter((e) => e.path === path).map((e) => [e.method, describeEndpoint(e)])),
      ]),
    ),
    components: {
      schemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'ADMIN_TOKEN, for the owner’s own tools' },
      },
    },
  };
}

function describeEndpoint({ id, path, summary, query, body, status, answer, errors }: Endpoint): object {
  const parameters = [
    ...(path.includes('{id}') ? [{ name: 'id', in: 'path', required: true, schema: schemaOf(contract.Id) }] : []),
    ...Object.entries(query?.entries ?? {}).map(([name, schema]) => describeParameter(name, schema)),
    ...(id === 'postComment'
      ? [
          {
            name: 'Idempotency-Key',
            in: 'header',
            required: true,
            description: 'Made once for each comment, random; kept 30 days',
            schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{16,64}$' },
          },
        ]
      : []),
  ];
  return {
    operationId: id,
    summary,
    tags: ['comments'],
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${body}` } } },
      },
    }),
    responses: {
      [status]: {
        description: 'Done',
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${answer}` } } },
      },
      ...(id === 'readThread' && { 304: { description: 'Unchanged since the ETag sent' } }),
      ...describeErrors([...errors, ...EVERYWHERE]),
    },
  };
}

function describeParameter(name: string, schema: Schema): object {
  const required = schema.type !== 'optional';
  const described = schemaOf(schema);
  const exploded = described.type === 'array' ? { style: 'form', explode: true } : {};
  return { name, in: 'query', required, ...exploded, schema: described };
}

function describeErrors(codes: ErrorCode[]): object {
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code][0]);
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.map((code) => `\`${code}\`: ${ERRORS[code][1]}`).join('; '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

const schemaOf = (schema: Schema) =>
  toJsonSchema(schema, { target: 'draft-2020-12', typeMode: 'input', errorMode: 'ignore' });
