/**
 * The SQL that registers a site and its origins, and the form in which they are stored. Running it again changes nothing
 * but what was asked for.
 */
import * as v from 'valibot';
import { Badge } from '../worker/contract.ts';
import { Settings } from '../worker/contract-settings.ts';

export interface SiteInput {
  id: string;
  /** For people. */
  name: string;
  /** As `hostOfOrigin` gives them. */
  hosts: string[];
  /** Settings to set; others stay as they are. */
  settings?: Record<string, unknown>;
  /** Somebody to add to the team. */
  member?: Settings['team'][number];
}

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** @param now epoch milliseconds */
export function siteSql(site: SiteInput, now: number): string {
  const settings = JSON.stringify(site.settings ?? {});
  const statements = [
    `INSERT INTO sites (id, name, settings, created_at) VALUES (${quote(site.id)}, ${quote(site.name)}, ${quote(settings)}, ${now})
ON CONFLICT (id) DO UPDATE SET settings = json_patch(settings, excluded.settings), version = version + 1
WHERE json_patch(settings, excluded.settings) <> settings;`,
    ...site.hosts.map(
      (host) => `INSERT INTO origins (host, site_id) VALUES (${quote(host)}, ${quote(site.id)})
ON CONFLICT (host) DO UPDATE SET site_id = excluded.site_id WHERE site_id <> excluded.site_id;`,
    ),
  ];
  if (site.member) {
    const same = `json_extract(value, '$.name') = ${quote(site.member.name)}`;
    const others = `SELECT json_group_array(json(value)) FROM json_each(settings, '$.team') WHERE NOT ${same}`;
    statements.push(`UPDATE sites SET version = version + 1,
  settings = json_set(settings, '$.team', json_insert((${others}), '$[#]', json(${quote(JSON.stringify(site.member))})))
WHERE id = ${quote(site.id)};`);
  }
  return `${statements.join('\n')}\n`;
}

/**
 * Settings from `name=value` words; a value is JSON, or text as it is.
 * @throws Error one sentence that names the setting
 */
export function readSettings(words: string[]): Record<string, unknown> {
  return Object.fromEntries(
    words.map((word) => {
      const [, name = '', text = ''] = /^(\w+)=(.*)$/s.exec(word) ?? [];
      const schemas: Record<string, v.GenericSchema> = Settings.entries;
      const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
      if (!schema) throw new Error(`"${word}" is no setting: write name=value, with a name of docs/deploying.md.`);
      const result = v.safeParse(schema, readValue(text));
      if (!result.success) throw new Error(`${name}: ${result.issues[0].message}.`);
      return [name, result.output];
    }),
  );
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @param words name, then perhaps an e-mail address, then perhaps a role, in any order @throws Error one sentence */
export function readMember([name = '', ...rest]: string[]): Settings['team'][number] {
  const role = rest.find((word) => v.is(Badge, word)) ?? 'moderator';
  const email = rest.find((word) => word.includes('@'));
  const strange = rest.find((word) => word !== role && word !== email);
  if (name.trim() === '' || strange !== undefined)
    throw new Error(`"${strange ?? name}" is neither a name, an e-mail address, nor author or moderator.`);
  return { name, role: v.parse(Badge, role), ...(email !== undefined && { email }) };
}

/**
 * The stored form of an origin such as `https://blog.example`: host[:port] without scheme, `www.` and default port. The
 * worker looks for the same form (normaliseHost in worker/pages/normalise.ts); a test compares the two.
 * @throws Error one sentence
 */
export function hostOfOrigin(origin: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  const name = url?.hostname.replace(/\.$/, '').replace(/^(?:www\.)+(?=[^.]+\.)/, '') ?? '';
  if (!url || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/` || name.split('.').includes('')) {
    throw new Error(`"${origin}" is not an origin: write it like https://blog.example, without a path.`);
  }
  return ['', '80', '443'].includes(url.port) ? name : `${name}:${url.port}`;
}

/** @throws Error one sentence */
export function checkSiteId(id: string): string {
  if (/^[a-z0-9-]{1,40}$/.test(id)) return id;
  throw new Error(`"${id}" is not a site id: use 1 to 40 of a-z, 0-9 and -.`);
}
