/** Bindings as wrangler.toml names them, and the validated secrets. Reads nothing but `env`; checks it once an isolate. */
import { Problem } from './problem';

export interface Bindings {
  DB: D1Database;
  POST_LIMIT: RateLimit;
  READ_LIMIT: RateLimit;
  AUTH_SECRET?: string;
  ADMIN_TOKEN?: string;
}

export interface Config {
  /** Key of everything that is signed or hashed. */
  authSecret: string;
  /** The root API token. */
  adminToken: string;
}

const SECRET_CHARS = 32;
const validated = new WeakMap<Bindings, Config>();

/** @throws Problem setup_required when a secret is missing or too weak to be one */
export function getConfig(env: Bindings): Config {
  const known = validated.get(env);
  if (known) return known;
  const config = { authSecret: readSecret(env, 'AUTH_SECRET'), adminToken: readSecret(env, 'ADMIN_TOKEN') };
  validated.set(env, config);
  return config;
}

function readSecret(env: Bindings, name: 'AUTH_SECRET' | 'ADMIN_TOKEN'): string {
  const value = env[name] ?? '';
  if (value.length >= SECRET_CHARS && new Set(value).size >= 8) return value;
  throw new Problem(
    'setup_required',
    `${name} is ${value ? 'too weak' : 'missing'}: set ${SECRET_CHARS} random characters with \`npx wrangler secret put ${name}\`.`,
  );
}
