/** The API described: OpenAPI 3.1, generated from contract.ts. What is said here by hand is only which endpoint uses what. */
import { toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import * as contract from './contract';
import { ERRORS, type ErrorCode } from './contract';

type Schema = v.GenericSchema;
interface Endpoint {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  id: string;
  summary: string;
  query?: v.GenericSchema & { entries: Record<string, Schema> };
  body?: keyof typeof bodies;
  tag: keyof typeof TAGS;
  /** Who may ask: everybody unless said otherwise; `key` needs a proof, `token` a login as well, `writer` either or the owner. */
  needs?: 'key' | 'token' | 'writer';
  status: 200 | 201 | 302;
  /** A name of `answers`; `html` and `image` are for browsers. */
  answer: keyof typeof answers | 'html' | 'image';
  /** Beyond those every endpoint has. */
  errors: ErrorCode[];
}

const TAGS = {
  comments: 'Reading and writing a conversation',
  opinions: 'Votes, reactions, reports',
  identity: 'Who is speaking: keys, logins, everything about oneself',
};

const answers = {
  Comment: contract.Comment,
  CommentInContext: contract.CommentInContext,
  Counts: contract.Counts,
  Done: contract.Done,
  Me: contract.Me,
  MyData: contract.MyData,
  OwnComments: contract.OwnComments,
  Person: contract.Person,
  Preview: contract.Preview,
  Reaction: contract.Reaction,
  Replies: contract.Replies,
  Session: contract.Session,
  Site: contract.Site,
  Source: contract.Source,
  Thread: contract.Thread,
  Vote: contract.Vote,
};
const bodies = {
  CommentEdit: contract.CommentEdit,
  MeEdit: contract.MeEdit,
  NewComment: contract.NewComment,
  NewFlag: contract.NewFlag,
  NewPreview: contract.NewPreview,
  NewReaction: contract.NewReaction,
  NewSession: contract.NewSession,
  NewVote: contract.NewVote,
  SessionRenewal: contract.SessionRenewal,
};
const definitions: Record<string, Schema> = {
  ...answers,
  ...bodies,
  Author: contract.Author,
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
/** Of whatever a proof or a login may come with. */
const MAY_PROVE: ErrorCode[] = ['proof_invalid', 'proof_expired', 'proof_replayed', 'session_invalid'];
const NAMES_PAGE: ErrorCode[] = ['invalid_request', 'url_invalid', 'url_not_http', 'url_too_long'];
const HAS_BODY: ErrorCode[] = ['invalid_json', 'body_too_large', 'unsupported_media_type'];

/** Every endpoint. A test holds it against the routes that are mounted. */
export const ENDPOINTS: Endpoint[] = [
  {
    method: 'get',
    path: '/thread',
    id: 'readThread',
    tag: 'comments',
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
    tag: 'comments',
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
    tag: 'comments',
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
    tag: 'comments',
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
    tag: 'comments',
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
      'login_required',
      'name_reserved',
      ...MAY_PROVE,
    ],
  },
  {
    method: 'post',
    path: '/preview',
    id: 'previewComment',
    tag: 'comments',
    summary: 'Renders Markdown as a comment of this site would be.',
    body: 'NewPreview',
    status: 200,
    answer: 'Preview',
    errors: [...NAMES_PAGE, ...HAS_BODY],
  },
  {
    method: 'get',
    path: '/comments/{id}/source',
    id: 'readSource',
    tag: 'comments',
    summary: 'The Markdown of one’s own comment, also while it waits for approval.',
    needs: 'key',
    status: 200,
    answer: 'Source',
    errors: ['not_found', 'not_yours', 'proof_required', ...MAY_PROVE],
  },
  {
    method: 'patch',
    path: '/comments/{id}',
    id: 'editComment',
    tag: 'comments',
    summary: 'A new text for one’s own comment, within the time the site gives; the owner may always.',
    needs: 'writer',
    body: 'CommentEdit',
    status: 200,
    answer: 'Comment',
    errors: [
      'invalid_request',
      ...HAS_BODY,
      'not_found',
      'not_yours',
      'edit_closed',
      'page_locked',
      'proof_required',
      ...MAY_PROVE,
    ],
  },
  {
    method: 'delete',
    path: '/comments/{id}',
    id: 'deleteComment',
    tag: 'comments',
    summary: 'Deletes one’s own comment for good. With replies its place stays, empty.',
    needs: 'writer',
    status: 200,
    answer: 'Comment',
    errors: ['not_found', 'not_yours', 'proof_required', ...MAY_PROVE],
  },
  {
    method: 'put',
    path: '/comments/{id}/vote',
    id: 'voteOnComment',
    tag: 'opinions',
    summary: 'Votes on a comment, once a key or person: 1 is up, -1 down, 0 takes it back.',
    needs: 'key',
    body: 'NewVote',
    status: 200,
    answer: 'Vote',
    errors: ['invalid_request', ...HAS_BODY, 'not_found', 'switched_off', 'proof_required', ...MAY_PROVE],
  },
  {
    method: 'post',
    path: '/comments/{id}/flags',
    id: 'flagComment',
    tag: 'opinions',
    summary: 'Reports a comment to the moderators, once a key or person: again, the reason is replaced.',
    needs: 'key',
    body: 'NewFlag',
    status: 201,
    answer: 'Done',
    errors: ['invalid_request', ...HAS_BODY, 'not_found', 'proof_required', ...MAY_PROVE],
  },
  {
    method: 'put',
    path: '/reaction',
    id: 'reactToPage',
    tag: 'opinions',
    summary: 'What one thinks of a page, once a key or person: one of the site’s reactions, null for none.',
    needs: 'key',
    body: 'NewReaction',
    status: 200,
    answer: 'Reaction',
    errors: [...NAMES_PAGE, ...HAS_BODY, 'switched_off', 'proof_required', ...MAY_PROVE],
  },
  {
    method: 'get',
    path: '/site',
    id: 'readSite',
    tag: 'identity',
    summary: 'What writing on a site takes and offers: guests, ways to log in, votes, time to edit.',
    query: contract.SiteQuery,
    status: 200,
    answer: 'Site',
    errors: NAMES_PAGE,
  },
  {
    method: 'get',
    path: '/login/{provider}',
    id: 'startLogin',
    tag: 'identity',
    summary:
      'Where a browser goes to log in. It comes back with a one-time code for the key and the origin that asked.',
    query: contract.LoginQuery,
    status: 302,
    answer: 'html',
    errors: [...NAMES_PAGE, 'not_found'],
  },
  {
    method: 'get',
    path: '/login/{provider}/callback',
    id: 'finishLogin',
    tag: 'identity',
    summary: 'Where providers send the browser back to.',
    status: 200,
    answer: 'html',
    errors: ['login_expired', 'login_denied', 'login_failed', 'outside_refused', 'outside_unreachable', 'not_found'],
  },
  {
    method: 'post',
    path: '/login/{provider}/callback',
    id: 'finishLoginByForm',
    tag: 'identity',
    summary: 'The same, for providers that answer with a form.',
    status: 200,
    answer: 'html',
    errors: ['login_expired', 'login_denied', 'login_failed', 'outside_refused', 'outside_unreachable', 'not_found'],
  },
  {
    method: 'post',
    path: '/session',
    id: 'createSession',
    tag: 'identity',
    summary:
      'Exchanges the code of a login, or the token of a site’s own accounts, for a session of this key. With a session already, the account becomes another way in for the same person.',
    needs: 'key',
    body: 'NewSession',
    status: 200,
    answer: 'Session',
    errors: [
      ...NAMES_PAGE,
      ...HAS_BODY,
      'login_expired',
      'sso_invalid',
      'proof_required',
      ...MAY_PROVE,
      'outside_refused',
      'outside_unreachable',
    ],
  },
  {
    method: 'post',
    path: '/session/renew',
    id: 'renewSession',
    tag: 'identity',
    summary: 'A new token for a session, by the proof of its key.',
    needs: 'key',
    body: 'SessionRenewal',
    status: 200,
    answer: 'Session',
    errors: ['invalid_request', ...HAS_BODY, 'proof_required', ...MAY_PROVE],
  },
  {
    method: 'delete',
    path: '/session',
    id: 'endSession',
    tag: 'identity',
    summary: 'Logs this device out.',
    needs: 'token',
    status: 200,
    answer: 'Done',
    errors: ['proof_required', ...MAY_PROVE],
  },
  {
    method: 'get',
    path: '/me',
    id: 'readMe',
    tag: 'identity',
    summary: 'What is known of who asks: a guest’s key, or a person with accounts and devices.',
    needs: 'key',
    status: 200,
    answer: 'Me',
    errors: ['proof_required', ...MAY_PROVE],
  },
  {
    method: 'patch',
    path: '/me',
    id: 'editMe',
    tag: 'identity',
    summary: 'Another name or website, also beside everything the person wrote.',
    needs: 'token',
    body: 'MeEdit',
    status: 200,
    answer: 'Me',
    errors: ['invalid_request', ...HAS_BODY, 'login_required', 'name_reserved', 'proof_required', ...MAY_PROVE],
  },
  {
    method: 'delete',
    path: '/me',
    id: 'deleteMe',
    tag: 'identity',
    summary: 'Deletes everything one wrote and all that is stored about one, a day later.',
    needs: 'key',
    status: 200,
    answer: 'Me',
    errors: ['proof_required', ...MAY_PROVE],
  },
  {
    method: 'post',
    path: '/me/restore',
    id: 'restoreMe',
    tag: 'identity',
    summary: 'Takes a deletion back that is not due yet.',
    needs: 'key',
    status: 200,
    answer: 'Me',
    errors: ['proof_required', ...MAY_PROVE],
  },
  {
    method: 'post',
    path: '/me/claim',
    id: 'claimComments',
    tag: 'identity',
    summary: 'Makes what this key wrote and chose as a guest the person’s own.',
    needs: 'token',
    status: 200,
    answer: 'Me',
    errors: ['login_required', 'proof_required', ...MAY_PROVE],
  },
  {
    method: 'get',
    path: '/me/comments',
    id: 'listOwnComments',
    tag: 'identity',
    summary: 'One’s own comments, newest first, with what became of them; of one page or of all.',
    needs: 'key',
    query: contract.OwnQuery,
    status: 200,
    answer: 'OwnComments',
    errors: [...NAMES_PAGE, 'proof_required', ...MAY_PROVE],
  },
  {
    method: 'get',
    path: '/me/export',
    id: 'exportMe',
    tag: 'identity',
    summary: 'A copy of everything that is stored about who asks.',
    needs: 'key',
    status: 200,
    answer: 'MyData',
    errors: ['proof_required', ...MAY_PROVE],
  },
  {
    method: 'delete',
    path: '/me/sessions/{id}',
    id: 'endOwnSession',
    tag: 'identity',
    summary: 'Logs one of the person’s devices out.',
    needs: 'token',
    status: 200,
    answer: 'Me',
    errors: ['not_found', 'proof_required', ...MAY_PROVE],
  },
  {
    method: 'get',
    path: '/avatars/{id}',
    id: 'readAvatar',
    tag: 'identity',
    summary: 'A picture of somebody, as comments name it.',
    status: 200,
    answer: 'image',
    errors: ['not_found'],
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
    security: [{}, { token: [] }, { proof: [] }, { proof: [], session: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
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

const SECURITY: Record<NonNullable<Endpoint['needs']>, object[]> = {
  key: [{ proof: [] }, { proof: [], session: [] }],
  token: [{ proof: [], session: [] }],
  writer: [{ proof: [] }, { proof: [], session: [] }, { token: [] }],
};

function describeEndpoint({ id, path, tag, needs, summary, query, body, status, answer, errors }: Endpoint): object {
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name: name!,
      in: 'path',
      required: true,
      schema: name === 'id' ? schemaOf(contract.Id) : { type: 'string' },
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
      ...(id === 'readThread' && { 304: { description: 'Unchanged since the ETag sent' } }),
      ...describeErrors([...errors, ...EVERYWHERE]),
    },
  };
}

function describeAnswer(status: Endpoint['status'], answer: Endpoint['answer']): object {
  if (status === 302) return { description: 'Further in the browser' };
  if (answer === 'html') return { description: 'A page for the person', content: { 'text/html': {} } };
  if (answer === 'image') return { description: 'PNG, JPEG, GIF or WebP', content: { 'image/*': {} } };
  return {
    description: 'Done',
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${answer}` } } },
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
