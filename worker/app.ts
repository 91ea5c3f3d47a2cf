/** Table of contents: what every request passes, in order, which rooms answer, and how errors become answers. */
import { Hono, type MiddlewareHandler } from 'hono';
import { isApiToken } from './admin/grant';
import { admin } from './admin/routes';
import { holdsRootToken } from './admin/token';
import { comments } from './comments/routes';
import { ERRORS, type ProblemBody } from './contract';
import { getConfig } from './env';
import { feeds } from './feeds/routes';
import { isToken, readIdentity } from './identity/read-identity';
import { identity } from './identity/routes';
import { moderation } from './moderation/routes';
import { showMailbox } from './notify/mail/dev-mailbox';
import { notify } from './notify/routes';
import { describeApi } from './openapi';
import { pages } from './pages/routes';
import { Problem } from './problem';
import { type AppContext, type AppEnv, clientNetwork } from './request';
import { transfer } from './transfer/routes';

/** Seconds the rate limits of wrangler.toml look back; what a limited client is told to wait. */
const LIMIT_PERIOD_S = 60;
const PREFLIGHT_TTL_S = 86_400;
/** What costs the most and is abused first. */
const WRITES_TEXT = /v1\/(comments|preview|subscriptions)$/;
const ADMIN = /v1\/admin\//;
/** A login that begins or comes back, and a proof that is used up, write as well. */
const WRITES_BY_GET = /\/(login\/|me\b|source$)/;

/** Reading and writing need no credentials of the browser's, so any page may ask; which origins may, sites say. */
const allowCors: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.method === 'OPTIONS') {
    c.header('Access-Control-Allow-Methods', 'GET, POST, PUT, PATCH, DELETE');
    c.header(
      'Access-Control-Allow-Headers',
      'Content-Type, Idempotency-Key, Authorization, DPoP, Afterword-Work, Afterword-Turnstile',
    );
    c.header('Access-Control-Max-Age', String(PREFLIGHT_TTL_S));
    c.res = c.body(null, 204);
  } else await next();
  // Behind the answer, because one from the cache does not pass through the context.
  c.header('Access-Control-Allow-Origin', '*');
  c.header('Access-Control-Expose-Headers', 'Afterword-Bookmark, Date, Link, Retry-After');
};

/** What is answered here is data: a browser must neither guess its type nor run it. */
const sealAnswers: MiddlewareHandler = async (c, next) => {
  await next();
  c.header('X-Content-Type-Options', 'nosniff');
  if (!c.res.headers.has('Content-Security-Policy'))
    c.header('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  c.header('Referrer-Policy', 'no-referrer');
};

/**
 * Who asks. Whoever is not the owner is limited per client network, and before anything of theirs is checked: false tokens
 * and proofs count like any other request.
 */
const admit: MiddlewareHandler<AppEnv> = async (c, next) => {
  const config = () => getConfig(c.env);
  const authorization = c.req.raw.headers.get('Authorization');
  // What else it may be, identity/ and, for those who run a site, admin/grant.ts know.
  const isOther = isToken(authorization) || (ADMIN.test(c.req.path) && isApiToken(authorization));
  const asOwner = holdsRootToken(isOther ? null : authorization, config);
  const owner = await asOwner.catch(() => false);
  if (!owner) await limitRate(c);
  await asOwner;
  c.set('viewer', { owner, identity: await readIdentity(c.req.raw, config, Date.now()) });
  await next();
};

async function limitRate(c: AppContext): Promise<void> {
  const { method, path } = c.req;
  const writes = !/^(GET|HEAD)$/.test(method) || WRITES_BY_GET.test(path);
  const limiter =
    !writes || ADMIN.test(path) ? c.env.READ_LIMIT : WRITES_TEXT.test(path) ? c.env.POST_LIMIT : c.env.ACT_LIMIT;
  const { success } = await limiter.limit({ key: clientNetwork(c) });
  if (!success) throw new Problem('rate_limited', undefined, { retryAfterS: LIMIT_PERIOD_S });
}

/** The owner's tools are told what an answer cost: D1 round trips, rows read and written. */
const reportBill: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const db = c.get('viewer').owner ? c.get('db') : undefined;
  if (db)
    c.header(
      'Server-Timing',
      `d1;desc="trips=${db.bill.trips} read=${db.bill.rowsRead} written=${db.bill.rowsWritten}"`,
    );
};

const api = new Hono<AppEnv>()
  .use(allowCors)
  .use(admit)
  .use(reportBill)
  .route('/', comments)
  .route('/', pages)
  .route('/', identity)
  .route('/', moderation)
  .route('/', admin)
  .route('/', transfer)
  .route('/', notify)
  .route('/', feeds);

export const app = new Hono<AppEnv>()
  .use(sealAnswers)
  .get('/healthz', (c) => c.json({ ok: true }))
  .get('/openapi.json', (c) => c.json(describeApi(new URL(c.req.url).origin)))
  .get('/dev/mail/*', (c) => showMailbox(c as AppContext))
  .route('/api/v1', api)
  .notFound((c) => answerProblem(c as AppContext, new Problem('not_found')))
  .onError((error, c) => {
    if (error instanceof Problem) {
      if (error.status >= 500) console.error(error.code, error.options.cause ?? error.message);
      return answerProblem(c, error);
    }
    console.error(error);
    return answerProblem(c, new Problem('internal'));
  });

/** RFC 9457. */
function answerProblem(c: AppContext, problem: Problem): Response {
  const { field, retryAfterS } = problem.options;
  const body: ProblemBody = {
    type: new URL(`/docs/errors#${problem.code}`, c.req.url).href,
    title: ERRORS[problem.code][1],
    status: problem.status,
    code: problem.code,
    detail: problem.message,
    field,
  };
  // A client whose clock is wrong learns the time, and makes its next proof by it.
  if (problem.code === 'proof_expired') c.header('Date', new Date().toUTCString());
  if (retryAfterS !== undefined) c.header('Retry-After', String(retryAfterS));
  c.header('Content-Type', 'application/problem+json');
  c.header('Cache-Control', 'no-store');
  return c.body(JSON.stringify(body), problem.status as 400);
}
