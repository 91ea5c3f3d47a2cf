/** What of a page's markup matters to a conversation under it. Reads only: nothing of the page is run. */

import { type DefaultTreeAdapterTypes, defaultTreeAdapter, html, parse } from 'parse5';
import { parseAddress } from './address.ts';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

/** Browsers build no deeper tree than 512; what goes on and on is no page, and would take hours. */
const MAX_DEPTH = 600;

export interface Markup {
  /** Counted from the page's beginning, to tell what comes before what. */
  at: number;
  attributes: Map<string, string>;
  /** Stands below <body>. */
  inBody: boolean;
}
export interface Page {
  /** What relative addresses are relative to. */
  base: URL;
  title: string;
  /** <base href>, as it is written. */
  baseHref: string | null;
  scripts: Markup[];
  threads: Markup[];
  /** Spans that count.js is to fill. */
  counts: Markup[];
  /** href of every <link rel=canonical>, in order. */
  canonicals: string[];
  ogUrl: string | null;
  /** Policies of <meta http-equiv>; those that stand in the body do not count. */
  policies: { at: number; text: string }[];
}

/** The page is nested deeper than any browser would. */
export class TooDeep extends Error {}

/** @throws TooDeep */
export function readPage(text: string, address: URL): Page {
  const page: Page = {
    base: address,
    title: '',
    baseHref: null,
    scripts: [],
    threads: [],
    counts: [],
    canonicals: [],
    ogUrl: null,
    policies: [],
  };
  let at = 0;
  const stack: { node: Node; inBody: boolean; inHead: boolean }[] = [
    { node: parseShallow(text), inBody: false, inHead: false },
  ];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node } = next;
    const inBody = next.inBody || node.nodeName === 'body';
    const inHead = next.inHead || node.nodeName === 'head';
    if ('tagName' in node && node.namespaceURI === html.NS.HTML) note(page, node, ++at, inBody, inHead, address);
    if ('childNodes' in node)
      for (const child of node.childNodes.toReversed()) stack.push({ node: child, inBody, inHead });
  }
  return page;
}

function parseShallow(text: string): Node {
  let depth = 0;
  return parse(text, {
    treeAdapter: {
      ...defaultTreeAdapter,
      onItemPush: () => {
        if (++depth > MAX_DEPTH) throw new TooDeep();
      },
      onItemPop: () => {
        depth--;
      },
    },
  });
}

function note(page: Page, element: Element, at: number, inBody: boolean, inHead: boolean, address: URL): void {
  const attributes = new Map(element.attrs.map(({ name, value }) => [name, value]));
  const get = (name: string) => attributes.get(name) ?? null;
  const is = (name: string, value: string) => get(name)?.toLowerCase() === value;
  const markup: Markup = { at, attributes, inBody };
  const { tagName } = element;
  if (attributes.has('data-afterword-count') || attributes.has('data-afterword-page-id')) page.counts.push(markup);
  if (tagName === 'script' && attributes.has('src')) page.scripts.push(markup);
  else if (tagName === 'afterword-thread') page.threads.push(markup);
  else if (tagName === 'title' && page.title === '')
    page.title = element.childNodes.map((child) => ('value' in child ? child.value : '')).join('');
  else if (tagName === 'base' && attributes.has('href') && page.baseHref === null) {
    page.baseHref = get('href');
    page.base = parseAddress(page.baseHref!, address) ?? address;
  } else if (tagName === 'link' && is('rel', 'canonical') && attributes.has('href')) page.canonicals.push(get('href')!);
  else if (tagName === 'meta' && get('property')?.toLowerCase() === 'og:url') page.ogUrl ??= get('content');
  else if (tagName === 'meta' && inHead && is('http-equiv', 'content-security-policy'))
    page.policies.push({ at, text: get('content') ?? '' });
}
