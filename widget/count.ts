/**
 * Fills `<span data-afterword-count="URL">` (or `data-afterword-page-id`) with the number of responses: one request for
 * a hundred of them. The words around the number are the owner's. Its own bundle; shares nothing with embed.js.
 */
import type { Counts } from '../worker/contract';

const LIMIT = 100;

async function fillCounts(script: HTMLScriptElement): Promise<void> {
  // Under each query parameter: the value asked for, and where its number goes.
  const asked = new Map<string, Element[]>();
  for (const element of document.querySelectorAll<HTMLElement>('[data-afterword-count],[data-afterword-page-id]')) {
    const { afterwordCount, afterwordPageId } = element.dataset;
    let key = `page_id=${encodeURIComponent(afterwordPageId ?? '')}`;
    // Ids are a site's own; addresses name their site themselves.
    if (afterwordPageId && !script.dataset.site) continue;
    if (!afterwordPageId) {
      const url = URL.parse(afterwordCount ?? '', document.baseURI);
      if (!url?.protocol.startsWith('http')) continue;
      key = `url=${encodeURIComponent(url.href)}`;
    }
    asked.set(key, [...(asked.get(key) ?? []), element]);
  }
  // The answer has every url before every page_id.
  const keys = [...asked.keys()].sort().reverse();
  const api = script.dataset.api ?? new URL('/api/v1', script.src).href;
  const site = script.dataset.site ? `&site=${encodeURIComponent(script.dataset.site)}` : '';
  const numbers = new Intl.NumberFormat(document.documentElement.lang || undefined);
  for (let i = 0; i < keys.length; i += LIMIT) {
    const part = keys.slice(i, i + LIMIT);
    const answer = await fetch(`${api}/counts?${part.join('&')}${site}`, { credentials: 'omit' });
    if (!answer.ok) return;
    const { counts }: Counts = await answer.json();
    part.forEach((key, j) => {
      for (const element of asked.get(key) ?? []) element.textContent = numbers.format(counts[j] ?? 0);
    });
  }
}

const script = document.currentScript as HTMLScriptElement;
const start = () => fillCounts(script).catch(() => {});
if (document.readyState === 'loading') addEventListener('DOMContentLoaded', start);
else start();
