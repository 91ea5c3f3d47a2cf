/** What a comment links to. Pure. */

/** Addresses in rendered HTML (worker/comments/markdown.ts writes attributes in double quotes, escaped). */
export function listLinks(html: string): string[] {
  return [...html.matchAll(/<(?:a|img)\s[^>]*?(?:href|src)="([^"]*)"/g)].map(([, url]) =>
    url!.replaceAll('&amp;', '&'),
  );
}

/** Hosts that a text names by an address, before it is rendered. */
export function listHosts(text: string): string[] {
  return [...new Set([...text.matchAll(/https?:\/\/([^\s/?#"'<>()[\]]+)/gi)].map(([, host]) => host!.toLowerCase()))];
}
