/** What giscus and utterances have in common: conversations that lie at GitHub, and are about a page that their title names. */
import { type Foreign, id, line, text } from '../read/fields.ts';
import type { SourceAuthor, SourceComment, SourcePage } from '../source.ts';

/**
 * The page: its address, with which the first text of the conversation ends when the widget opened it, else the title, which by the
 * settings is a path without its extension, an address, or what the page is called. The last is no address: it lands nowhere until
 * whoever imports it says where (--moves).
 */
export function pageOf(title: string, body: string): Pick<SourcePage, 'url' | 'title'> {
  const last = body.trimEnd().split('\n').at(-1)?.trim() ?? '';
  const [, linked, bare] = /^(?:\[[^\]]*\]\((https?:\/\/[^\s()]+)\)|<?(https?:\/\/[^\s<>]+?)>?)$/i.exec(last) ?? [];
  const name = title.trim();
  const url = linked ?? bare ?? (/^https?:\/\//i.test(name) || name.startsWith('/') ? name : null);
  if (url !== null) return { url, title: null };
  if (name === 'index') return { url: '/', title: null };
  return /^\S+$/.test(name) ? { url: `/${name}`, title: null } : { url: `title:${name}`, title: name || null };
}

/** Of GraphQL and of REST; nobody when the account is gone. */
export function authorOf(value: Foreign, association: string): SourceAuthor {
  const number = id(value, 'databaseId') ?? (/^\d+$/.test(text(value, 'id')) ? text(value, 'id') : null);
  const login = line(value, 'login');
  const badge = association === 'OWNER' ? 'author' : /^(MEMBER|COLLABORATOR)$/.test(association) ? 'moderator' : null;
  return {
    id: number ?? login,
    name: login ?? 'ghost',
    email: null,
    url:
      line(value, 'html_url') ??
      (/^https:/.test(text(value, 'url')) && !text(value, 'url').includes('//api.') ? text(value, 'url') : null),
    ...(number !== null && { account: `github:${number}` }),
    ...(badge && { badge }),
  };
}

const HIDDEN: Record<string, SourceComment['status']> = {
  SPAM: 'spam',
  // Folded away, but nothing wrong with it.
  OUTDATED: 'approved',
  DUPLICATE: 'approved',
  RESOLVED: 'approved',
};

/** What is hidden there; the reason is written in either case, with a dash or a line. */
export function hiddenAs(reason: string): SourceComment['status'] {
  return HIDDEN[reason.toUpperCase()] ?? 'trash';
}
