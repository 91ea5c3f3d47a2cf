/** What a comment links to. Pure. */

/** Addresses in rendered HTML (worker/comments/markdown.ts writes attributes in double quotes, escaped). */
export function listLinks(html: string): string[] {
  return [...html.matchAll(/<(?:a|img)\s[^<>]*?(?:href|src)="([^"]*)"/g)].map(([, url]) =>
    url!.replaceAll('&amp;', '&'),
  );
}

/** Hosts that addresses lead to, in ASCII as URLs have them. @param host of the page, to which some may be relative */
export function listHosts(links: readonly string[], host: string): string[] {
  const hosts = links.map((link) => URL.parse(link, `https://${host}/`)?.hostname ?? '');
  return [...new Set(hosts.map(foldHost).filter((one) => one !== ''))];
}

/** Addresses that lead away from the page's site, each once. */
export function listForeign(links: readonly string[], host: string): string[] {
  const own = foldHost(URL.parse(`https://${host}`)?.hostname ?? host);
  const away = links.filter((link) => listHosts([link], host).some((one) => one !== own));
  return [...new Set(away)];
}

/** A host and all that it is below of: `a.b.example`, `b.example`. */
export function listDomains(host: string): string[] {
  const labels = host.split('.');
  return labels.slice(0, -1).map((_, i) => labels.slice(i).join('.'));
}

const foldHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^www\./, '')
    .replace(/\.$/, '');
