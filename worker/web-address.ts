/** Addresses that whoever reads something may be sent to. Rows may hold anything: what is no web address is nothing here. Pure. */

/**
 * @returns the address in the form that every parser reads alike (WHATWG), or null: another scheme, or one that carries a name and a
 *   password, which make it look like another host's
 */
export function webAddress(url: string | null | undefined): string | null {
  const parsed = url ? URL.parse(url) : null;
  return parsed && /^https?:$/.test(parsed.protocol) && !parsed.username && !parsed.password ? parsed.href : null;
}

/** Where a comment stands: the fragment is the one the widget follows. */
export function commentAddress(pageUrl: string, id: string): string | null {
  const page = webAddress(pageUrl);
  return page && `${page.replace(/#.*/, '')}#comment-${id}`;
}
