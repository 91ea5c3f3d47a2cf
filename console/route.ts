/** Where one is, as the address says: `#/queue?status=spam`. Back and forward, bookmarks and links in new tabs work. */
import { createCell } from './cell';

export interface Route {
  /** Empty: the first there is. */
  view: string;
  query: Readonly<Record<string, string>>;
}

const read = (): Route => {
  const [path = '', search = ''] = location.hash.replace(/^#\/?/, '').split('?');
  return { view: path, query: Object.fromEntries(new URLSearchParams(search)) };
};

export const route = createCell<Route>(read());
addEventListener('hashchange', () => route.set(read()));

export function linkTo(view: string, query: Record<string, string | undefined> = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  return `#/${view}${given.length > 0 ? `?${new URLSearchParams(given)}` : ''}`;
}

/** Of the links of a menu that is wider than its screen, the one that one has followed. */
export const bringIntoSight = (link: Element | null): void =>
  link?.scrollIntoView({ block: 'nearest', inline: 'nearest' });

/** @param query what is empty is left out */
export function goTo(view: string, query?: Record<string, string | undefined>): void {
  location.hash = linkTo(view, query);
}
