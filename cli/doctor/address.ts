/**
 * Addresses that pages name. Only those of http(s) with a host that DNS can have: a URL's host may also be `$(reboot)`, and doctor
 * prints hosts in lines that are to be pasted into a shell, a page or a header. Pure.
 */
const HOST = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])$/;

/** @returns undefined for whatever is no such address */
export function parseAddress(text: string, base?: URL): URL | undefined {
  const url = URL.parse(text, base?.href);
  return url && isAddress(url) ? url : undefined;
}

export const isAddress = ({ protocol, hostname }: URL): boolean => /^https?:$/.test(protocol) && HOST.test(hostname);

/** As an attribute's value in markup that is to be pasted: one line, whatever was in it. */
export const escapeAttribute = (text: string): string =>
  text.replace(/[&"<\n\r]/g, (char) => `&#${char.charCodeAt(0)};`);
