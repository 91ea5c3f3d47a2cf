/**
 * What HTML a comment may consist of, written a second time and without a look at safe-html.ts, so that either side can
 * convict the other. Reads tags as leniently as a browser does: any quoting, any spacing, any case.
 */
const ATTRIBUTES: Record<string, string[]> = {
  a: ['href', 'title', 'rel'],
  img: ['src', 'alt', 'title', 'loading', 'referrerpolicy'],
  input: ['type', 'checked', 'disabled'],
  ol: ['start'],
  pre: ['tabindex'],
  td: ['align'],
  th: ['align'],
};
const BARE = 'p blockquote ul li hr table thead tbody tr em strong del code br label'.split(' ');
const VOID = ['br', 'hr', 'img', 'input'];
const REFERENCES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

const TAG = /^<(\/?)([a-zA-Z][^\s/>]*)((?:[\s/]+[^\s/>=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*)[\s/]*>/;
const ATTRIBUTE = /([^\s/>=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;

/** Everything in `html` that a comment must not hold; empty when there is nothing. */
export function findForbidden(html: string): string[] {
  const wrong: string[] = [];
  const open: string[] = [];
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at + 1)) {
    const match = TAG.exec(html.slice(at, at + 100_000));
    if (!match) {
      wrong.push(`not a tag: ${html.slice(at, at + 40)}`);
      continue;
    }
    const [tag, slash, name, attributes] = match as unknown as [string, string, string, string];
    at += tag.length - 1;
    if (!BARE.includes(name) && !ATTRIBUTES[name]) wrong.push(`tag: ${tag}`);
    if (slash) {
      if (open.pop() !== name || attributes) wrong.push(`closing: ${tag}`);
      continue;
    }
    if (!VOID.includes(name)) open.push(name);
    for (const [, attribute, ...values] of attributes.matchAll(ATTRIBUTE)) {
      const value = values.find((v) => v !== undefined) ?? '';
      if (!ATTRIBUTES[name]?.includes(attribute!)) wrong.push(`attribute: ${tag}`);
      if (/&(?!(amp|lt|gt|quot);)/.test(value)) wrong.push(`reference: ${tag}`);
      if ((attribute === 'href' || attribute === 'src') && !isAllowedUrl(value, attribute)) wrong.push(`url: ${tag}`);
    }
    if (name === 'a' && !tag.includes(' rel="nofollow ugc noopener"')) wrong.push(`rel: ${tag}`);
  }
  if (open.length > 0) wrong.push(`left open: ${open.join(' ')}`);
  return wrong;
}

/** As a browser resolves it on a page. */
function isAllowedUrl(value: string, attribute: string): boolean {
  const url = value.replace(/&(amp|lt|gt|quot);/g, (reference) => REFERENCES[reference]!);
  if (!URL.canParse(url, 'https://page.example/post')) return true; // leads nowhere
  const { protocol } = new URL(url, 'https://page.example/post');
  return protocol === 'https:' || protocol === 'http:' || (attribute === 'href' && protocol === 'mailto:');
}
