/** Asks the API for a page's conversation as the widget in a reader's browser does: with the page's Origin, and no credentials. */
import type { ThreadAnswer } from './page-facts.ts';
import { VisitError, visit } from './visit.ts';

const MAX_BYTES = 5_000_000;

export interface Question {
  /** Base address of the API. */
  api: URL;
  /** Of the page that asks. */
  origin: string;
  url: string;
  pageId: string | null;
  site: string | null;
}

export async function askThread(
  { api, origin, url, pageId, site }: Question,
  options: { publicOnly: boolean; isInside?: (address: string) => boolean },
): Promise<ThreadAnswer> {
  const query = new URLSearchParams({ url });
  if (pageId) query.set('page_id', pageId);
  if (site) query.set('site', site);
  query.set('limit', '10');
  const address = URL.parse(`${api.href.replace(/\/$/, '')}/thread?${query}`) ?? api;
  try {
    const answer = await visit(address, {
      ...options,
      accept: '*/*',
      headers: { Origin: origin, 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Site': 'cross-site' },
      maxBytes: MAX_BYTES,
    });
    const said = parse(answer.body);
    const common = { cors: answer.headers.get('Access-Control-Allow-Origin'), hops: answer.hops.length };
    if (answer.status === 200 && 'comments' in said) return { kind: 'thread', ...common };
    const code = typeof said.code === 'string' ? said.code : 'unknown';
    const detail = typeof said.detail === 'string' ? said.detail : '';
    return { kind: 'problem', code, detail, status: answer.status, ...common };
  } catch (error) {
    if (!(error instanceof VisitError)) throw error;
    return { kind: 'silent', why: error.message, isInside: error.trouble === 'inside' };
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
