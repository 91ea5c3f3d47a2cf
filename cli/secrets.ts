/** The secrets of a local worker, in a .dev.vars file: made when missing, kept when there, refused when weak. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';

export const SECRET_NAMES = ['ADMIN_TOKEN', 'AUTH_SECRET'] as const;
export type Secrets = Record<(typeof SECRET_NAMES)[number], string>;

/** As worker/env.ts: fewer characters, or the same few again, are no secret. */
const MIN_CHARS = 32;
const MIN_DIFFERENT = 8;

/** 43 characters of [A-Za-z0-9_-]: 256 random bits. */
export const newSecret = () => randomBytes(32).toString('base64url');

/** @throws Error one sentence that names the line or the key */
export function parseSecrets(text: string, file: string): Secrets {
  const found = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'#]*))\s*(?:#.*)?$/.exec(line);
    if (!match) throw new Error(`${file} is broken at line ${index + 1}: expected NAME=value.`);
    found.set(match[1]!, match[2] ?? match[3] ?? match[4] ?? '');
  }
  const read = (name: string) => {
    const value = found.get(name);
    if (value === undefined) throw new Error(`${file} lacks ${name}: add it, or delete the file to get a new one.`);
    if (value.length >= MIN_CHARS && new Set(value).size >= MIN_DIFFERENT) return value;
    throw new Error(`${file} has a weak ${name}: it must be ${MIN_CHARS} or more random characters.`);
  };
  return { ADMIN_TOKEN: read('ADMIN_TOKEN'), AUTH_SECRET: read('AUTH_SECRET') };
}

/** Reads the file, making it first when it is missing. @throws as parseSecrets */
export async function ensureSecrets(path: string, shownAs: string): Promise<Secrets> {
  if (!existsSync(path)) {
    const lines = SECRET_NAMES.map((name) => `${name}=${newSecret()}`);
    await writeFile(path, `# Secrets of the local worker. Keep them to yourself.\n${lines.join('\n')}\n`, {
      mode: 0o600,
    });
    await chmod(path, 0o600);
  }
  return parseSecrets(await readFile(path, 'utf8'), shownAs);
}
