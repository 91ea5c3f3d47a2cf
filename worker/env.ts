/** Bindings as wrangler.toml names them, and the validated secrets. Reads nothing but `env`; checks it once an isolate. */
import type { D1Database, R2Bucket, RateLimit } from '@cloudflare/workers-types';
import type { Origins } from './outgoing';
import { Problem } from './problem';

export interface Bindings {
  DB: D1Database;
  POST_LIMIT: RateLimit;
  READ_LIMIT: RateLimit;
  ACT_LIMIT: RateLimit;
  /** Where backups go; none are made without it. */
  BACKUPS?: R2Bucket;
  AUTH_SECRET?: string;
  /** The one before, while what it signed may still be about. */
  AUTH_SECRET_PREVIOUS?: string;
  ADMIN_TOKEN?: string;
  /** Development and tests: JSON that maps a provider's public origin to one on this machine. */
  PROVIDER_ORIGINS?: string;
  /** Key of Akismet, secret of Cloudflare Turnstile, and what a site's own phase knows Afterword by. */
  AKISMET_KEY?: string;
  TURNSTILE_SECRET?: string;
  PHASE_SECRET?: string;
  /** Where this Afterword answers, such as https://comments.blog.example: links in mails lead there. */
  PUBLIC_URL?: string;
  /** How mail goes out, worker/notify/mail/mailer.ts; none does without it. */
  MAIL_URL?: string;
  /** Whom it is from: an address, or `Name <address>`. */
  MAIL_FROM?: string;
  /** Development: where mails can be looked at, on this machine. */
  DEV_MAIL?: string;
  /** Cloudflare's e-mail sending. */
  EMAIL?: { send(message: object): Promise<unknown> };
  /** Workers AI. */
  AI?: { run(model: string, input: object, options?: object): Promise<unknown> };
  /** Secrets of login providers and single sign-on, by the names in docs/login.md. */
  [secret: string]: unknown;
}

/** Whether mail goes out here: what has to do with mail is switched off else. */
export const sendsMail = ({ MAIL_URL, MAIL_FROM, PUBLIC_URL }: Bindings): boolean =>
  !!MAIL_URL && !!MAIL_FROM && !!PUBLIC_URL;

export interface Config {
  /** Key of everything that is signed or hashed. */
  authSecret: string;
  /** What AUTH_SECRET was before it was changed. */
  previousAuthSecret: string | null;
  /** The root API token. */
  adminToken: string;
}

const SECRET_CHARS = 32;
const validated = new WeakMap<Bindings, Config>();

/** @throws Problem setup_required when a secret is missing or too weak to be one */
export function getConfig(env: Bindings): Config {
  const known = validated.get(env);
  if (known) return known;
  const config = {
    authSecret: readSecret(env, 'AUTH_SECRET'),
    previousAuthSecret: env.AUTH_SECRET_PREVIOUS ? readSecret(env, 'AUTH_SECRET_PREVIOUS') : null,
    adminToken: readSecret(env, 'ADMIN_TOKEN'),
  };
  validated.set(env, config);
  return config;
}

function readSecret(env: Bindings, name: 'AUTH_SECRET' | 'AUTH_SECRET_PREVIOUS' | 'ADMIN_TOKEN'): string {
  const value = env[name] ?? '';
  if (value.length >= SECRET_CHARS && new Set(value).size >= 8) return value;
  throw new Problem(
    'setup_required',
    `${name} is ${value ? 'too weak' : 'missing'}: set ${SECRET_CHARS} random characters with \`npx wrangler secret put ${name}\`.`,
  );
}

/** Stand-ins for services outside, in development and tests. @throws Problem setup_required */
export function readOrigins({ PROVIDER_ORIGINS }: Bindings): Origins {
  if (!PROVIDER_ORIGINS) return {};
  try {
    return JSON.parse(PROVIDER_ORIGINS) as Origins;
  } catch (cause) {
    throw new Problem('setup_required', 'PROVIDER_ORIGINS is not JSON.', { cause });
  }
}
