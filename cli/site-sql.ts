/**
 * The SQL that registers a site and its origins, and the form in which they are stored. Running it again changes nothing
 * but what was asked for.
 */

export interface SiteInput {
  id: string;
  /** For people. */
  name: string;
  /** As `hostOfOrigin` gives them. */
  hosts: string[];
  /** Settings to set, see worker/admin/settings.ts; others stay as they are. */
  settings?: Record<string, unknown>;
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
  return `${statements.join('\n')}\n`;
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
