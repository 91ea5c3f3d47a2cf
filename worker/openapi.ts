/** The API described: OpenAPI 3.1, generated from contract.ts and the table of endpoints. */
import { toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import * as contract from './contract';
import { ERRORS, type ErrorCode } from './contract';
import { GoneComment } from './contract-notify';
import { Settings } from './contract-settings';
import { TransferRecord } from './contract-transfer';
import { answers, bodies, ENDPOINTS, type Endpoint, type Schema, TAGS } from './endpoints';
import { describeEvents } from './openapi-events';

const definitions: Record<string, Schema> = {
  ...answers,
  ...bodies,
  Author: contract.Author,
  GoneComment,
  Settings,
  Page: contract.Page,
  Problem: contract.ProblemBody,
  Record: TransferRecord,
};

/** What any endpoint may answer: who asks is looked at before what is asked. */
const EVERYWHERE: ErrorCode[] = [
  'unauthorized',
  'proof_required',
  'proof_invalid',
  'proof_expired',
  'session_invalid',
  'origin_not_allowed',
  'rate_limited',
  'internal',
  'setup_required',
  'storage_unavailable',
];
/** Endpoints that answer whoever has the latest already in short. */
const CONDITIONAL = new Set(['readThread', 'readAtomFeed', 'readJsonFeed']);

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
    security: [{}, { token: [] }, { proof: [] }, { proof: [], session: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: Object.fromEntries(
      [...new Set(ENDPOINTS.map((e) => e.path))].map((path) => [
        path,
        Object.fromEntries(ENDPOINTS.filter((e) => e.path === path).map((e) => [e.method, describeEndpoint(e)])),
      ]),
    ),
    webhooks: describeEvents(),
    components: {
      schemas,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            'ADMIN_TOKEN, which may do everything, or a token made with POST /admin/tokens, which may do what its scopes say',
        },
        proof: {
          type: 'apiKey',
          in: 'header',
          name: 'DPoP',
          description:
            'Proof of a key (RFC 9449, ES256), used once: `htm`, `htu`, `iat`, a `jti` of 16 to 64 of `A-Z a-z 0-9 - _`, and as `digest` the SHA-256 of the body, base64url, when there is one. The key’s thumbprint is who a guest is.',
        },
        session: {
          type: 'http',
          scheme: 'DPoP',
          description: 'The token of POST /session, always with `proof`, whose `ath` is the token’s SHA-256 (RFC 9449)',
        },
      },
    },
  };
}

/** What the root token may and people of the team; scoped tokens, if they have it. */
const describeScope = (scope: NonNullable<Endpoint['scope']>, also: Endpoint['also']): object[] => [
  { token: scope === 'any' ? [] : also ? [scope, also] : [scope] },
  { proof: [], session: [] },
];
const SECURITY: Record<NonNullable<Endpoint['needs']>, object[]> = {
  key: [{ proof: [] }, { proof: [], session: [] }],
  token: [{ proof: [], session: [] }],
  writer: [{ proof: [] }, { proof: [], session: [] }, { token: [] }],
};

function describeEndpoint({
  id,
  path,
  tag,
  needs,
  scope,
  also,
  summary,
  query,
  body,
  status,
  answer,
  errors,
}: Endpoint): object {
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name: name!,
      in: 'path',
      required: true,
      schema: name === 'id' ? schemaOf(contract.Id) : name === 'site' ? schemaOf(contract.SiteId) : { type: 'string' },
    })),
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
    tags: [tag],
    ...(needs && { security: SECURITY[needs] }),
    ...(scope && { security: describeScope(scope, also) }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${body}` } } },
      },
    }),
    responses: {
      [status]: describeAnswer(status, answer),
      ...(status === 302 && { 200: describeAnswer(200, answer) }),
      ...(CONDITIONAL.has(id) && { 304: { description: 'Unchanged since the ETag sent' } }),
      ...describeErrors([...errors, ...EVERYWHERE]),
    },
  };
}

function describeAnswer(status: Endpoint['status'], answer: Endpoint['answer']): object {
  if (status === 302) return { description: 'Further in the browser' };
  if (answer === 'html') return { description: 'A page for the person', content: { 'text/html': {} } };
  if (answer === 'ndjson')
    return {
      description: 'Records, one a line; Link: <…>; rel="next" when there are more',
      content: { 'application/x-ndjson': { schema: { $ref: '#/components/schemas/Record' } } },
    };
  if (answer === 'gzip') return { description: 'Records, gzipped', content: { 'application/gzip': {} } };
  if (answer === 'atom') return { description: 'A feed (RFC 4287)', content: { 'application/atom+xml': {} } };
  if (answer === 'image') return { description: 'PNG, JPEG, GIF or WebP', content: { 'image/*': {} } };
  return {
    description: 'Done',
    content: {
      [answer === 'JsonFeed' ? 'application/feed+json' : 'application/json']: {
        schema: { $ref: `#/components/schemas/${answer}` },
      },
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
  const byStatus = Map.groupBy(new Set(codes), (code) => ERRORS[code][0]);
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
