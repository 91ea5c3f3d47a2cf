/**
 * What may stand in a mail's header, whichever way the mail goes: the one place that keeps line breaks and other controls out of
 * it, so that nobody's name or address becomes a header of its own. Pure.
 */
import { Problem } from '../../problem';

export interface Address {
  /** Plain ASCII. */
  address: string;
  name?: string;
}

/** Controls, line separators, and marks that turn the text around them. */
const UNFIT = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^(?=.{1,253}$)(?!(?:.*\.)?\d+$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
/** RFC 5321, 4.5.3.1. */
const LOCAL_CHARS = 64;
const ADDRESS_CHARS = 254;
/** Bytes of text in an encoded word, so that `Subject:` and one of them are no longer than a line (RFC 2047). */
const WORD_BYTES = 39;
/** Longer lines are folded. */
const LINE_CHARS = 76;

/** One line of text: what would end or hide it has become a space. */
export const oneLine = (text: string): string => text.replace(UNFIT, ' ').replace(/ {2,}/g, ' ').trim();

/**
 * An address as every mail server takes it: nothing quoted, no comment, no list; a domain of other letters in its ASCII form.
 * @throws Problem invalid_request
 */
export function checkAddress(text: string): string {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  const ascii = /^[\p{L}\p{N}\p{M}.-]+$/u.test(domain) ? (URL.parse(`http://${domain}`)?.hostname ?? '') : '';
  const address = `${local}@${ascii}`;
  if (
    at < 1 ||
    local.length > LOCAL_CHARS ||
    address.length > ADDRESS_CHARS ||
    !LOCAL.test(local) ||
    !DOMAIN.test(ascii)
  )
    throw new Problem('invalid_request', 'This is no address that mail can be sent to.');
  return address;
}

/** `address`, `<address>` or `Name <address>`. @throws Problem invalid_request */
export function parseMailbox(text: string): Address {
  const named = /^(?:"((?:[^"\\]|\\.)*)"|([^<>"]*))\s*<([^<>]*)>$/.exec(text.trim());
  if (!named) return { address: checkAddress(text.trim()) };
  const name = oneLine(named[1]?.replace(/\\(.)/g, '$1') ?? named[2] ?? '');
  return { address: checkAddress(named[3]!), ...(name && { name }) };
}

/** As it stands in From and To. */
export function printMailbox({ address, name }: Address): string {
  if (name === undefined) return address;
  const words = /^[A-Za-z0-9 !#$%&'*+/=?^_`{|}~.,()-]{1,60}$/.test(name) ? `"${name}"` : encodeWords(name);
  return `${words} <${address}>`;
}

/** Text in a header: as it is when it is short and plain, else in encoded words. */
export function printText(text: string): string {
  const line = oneLine(text);
  return /^[\x20-\x7e]{0,60}$/.test(line) && !line.includes('=?') ? line : encodeWords(line);
}

/** RFC 2047, one word a line; no letter is cut in two. */
function encodeWords(text: string): string {
  const encoder = new TextEncoder();
  const words: string[] = [];
  let bytes: number[] = [];
  for (const letter of oneLine(text)) {
    const more = encoder.encode(letter);
    if (bytes.length + more.length > WORD_BYTES) {
      words.push(btoa(String.fromCharCode(...bytes)));
      bytes = [];
    }
    bytes.push(...more);
  }
  words.push(btoa(String.fromCharCode(...bytes)));
  return words.map((word) => `=?utf-8?B?${word}?=`).join('\r\n ');
}

/**
 * One header, folded where it has spaces.
 * @param value printed by one of the functions here; a line break that is no folding is refused
 * @throws Problem invalid_request
 */
export function printHeader(name: string, value: string): string {
  const unfolded = value.replaceAll('\r\n ', ' ');
  if (!/^[A-Za-z-]+$/.test(name) || !/^[\x20-\x7e]*$/.test(unfolded))
    throw new Problem('invalid_request', `The header ${oneLine(name)} cannot be written.`);
  const lines: string[] = [];
  let line = `${name}:`;
  for (const word of unfolded.split(' ')) {
    if (line.length + 1 + word.length > LINE_CHARS && line !== `${name}:`) {
      lines.push(line);
      line = '';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\r\n');
}
