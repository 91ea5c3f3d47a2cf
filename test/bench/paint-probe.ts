/**
 * One look at one page in a fresh browser context: when its first and its last comment were painted, and how long the main
 * thread was busy until then. The same for every page, whether its comments stand in the document or in a shadow root.
 */
import type { Browser, Page } from 'playwright-core';

/** 150 ms round trip, 1.6 Mbit/s, a processor four times slower. */
const SLOW = { latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };
const SLOWDOWN = 4;
const WITHIN_MS = 60_000;

export interface Paint {
  /** Since navigation began. */
  firstMs: number;
  lastMs: number;
  /** Of all tasks on the main thread. */
  busyMs: number;
}

/** @param ids of the first and the last comment */
export async function probe(
  browser: Browser,
  url: string,
  ids: { first: string; last: string },
  options: { slow?: boolean; after?: (page: Page) => Promise<void> } = {},
): Promise<Paint> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await page.addInitScript(watchComments, ids);
    await cdp.send('Performance.enable');
    await cdp.send('Network.enable');
    if (options.slow) {
      await cdp.send('Network.emulateNetworkConditions', { offline: false, ...SLOW });
      await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
    }
    const busy = async () => {
      const { metrics } = await cdp.send('Performance.getMetrics');
      return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
    };
    const before = await busy();
    await page.goto(url, { waitUntil: 'commit', timeout: WITHIN_MS });
    const handle = await page.waitForFunction(() => (window as never as Watched).painted, undefined, {
      timeout: WITHIN_MS,
      polling: 100,
    });
    const painted = (await handle.jsonValue()) as { firstMs: number; lastMs: number };
    const busyMs = (await busy()) - before;
    await options.after?.(page);
    return { ...painted, busyMs };
  } finally {
    await context.close();
  }
}

interface Watched {
  painted?: { firstMs: number; lastMs: number };
}

/** Runs in the page before anything else. A comment that is there is painted by the second frame from then. */
function watchComments({ first, last }: { first: string; last: string }): void {
  const roots: (Document | ShadowRoot)[] = [document];
  const times: { firstMs?: number; lastMs?: number } = {};
  const waiting = new Map([
    ['firstMs' as const, `comment-${first}`],
    ['lastMs' as const, `comment-${last}`],
  ]);
  const look = () => {
    for (const element of document.querySelectorAll('afterword-thread'))
      if (element.shadowRoot && !roots.includes(element.shadowRoot)) watch(element.shadowRoot);
    for (const [key, id] of waiting) {
      if (!roots.some((root) => root.getElementById(id))) continue;
      waiting.delete(key);
      requestAnimationFrame(() =>
        requestAnimationFrame((now) => {
          times[key] = now;
          const { firstMs, lastMs } = times;
          if (firstMs !== undefined && lastMs !== undefined) (window as never as Watched).painted = { firstMs, lastMs };
        }),
      );
    }
    if (waiting.size === 0) observer.disconnect();
  };
  const observer = new MutationObserver(look);
  const watch = (root: Document | ShadowRoot) => {
    if (!roots.includes(root)) roots.push(root);
    observer.observe(root, { childList: true, subtree: true });
  };
  watch(document);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) {
    const root = attach.call(this, init);
    watch(root);
    return root;
  };
}
