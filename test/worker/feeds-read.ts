/** Reads feeds as a feed reader does. */
import { SaxesParser } from 'saxes';
import type { JsonFeed } from '../../worker/contract-feeds';
import { ADMIN, call, query } from './api';

export interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

/** @throws what is not well-formed */
export function parseXml(text: string): Element {
  const parser = new SaxesParser({ xmlns: false });
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, attributes: attributes as Record<string, string>, children: [], text: '' };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', (part) => {
    open.at(-1)!.text += part;
  });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(text).close();
  return root.children[0]!;
}

export const all = (element: Element, name: string): Element[] =>
  element.children.filter((child) => child.name === name);
export const textOf = (element: Element, name: string): string => all(element, name)[0]!.text;
export const linkOf = (element: Element, rel: string): string | undefined =>
  all(element, 'link').find(({ attributes }) => attributes.rel === rel)?.attributes.href;

type Params = Record<string, string>;
/** Past the edge cache, as the owner does. */
export const ask = (format: 'atom' | 'json', params: Params, headers: Record<string, string> = {}) =>
  call(`/feed.${format}${query(params)}`, { headers: { ...ADMIN, ...headers } });

async function expectOk(answer: Response): Promise<string> {
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${answer.status} ${text}`);
  return text;
}
export const atom = async (params: Params): Promise<Element> => parseXml(await expectOk(await ask('atom', params)));
export const json = async (params: Params): Promise<JsonFeed> => JSON.parse(await expectOk(await ask('json', params)));

/** What is said in it, in its order. */
export const bodies = (feed: JsonFeed): string[] =>
  feed.items.map((item) => (item.content_html ?? item.content_text ?? '').replace(/<\/?p>|\n/g, ''));
/** Follows a link of a document, as the owner. */
export const follow = async (url: string): Promise<Element> =>
  parseXml(await expectOk(await call(url, { headers: ADMIN })));
