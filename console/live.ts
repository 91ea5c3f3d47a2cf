/** What waits for moderators, asked again and again while somebody looks; the window's title counts along. */
import type { Summary } from '../worker/contract-admin';
import type { App } from './app';

const EVERY_MS = 10_000;
/** Several decisions in a row are followed by one look. */
const AFTER_MS = 300;
const TITLE = 'Afterword';

/** @returns what ends it */
export function watchSummary(app: Pick<App, 'api' | 'site' | 'summary'>): { refresh(): void; stop(): void } {
  let timer: number | undefined;
  let asked = 0;
  let stopped = false;
  const look = async () => {
    clearTimeout(timer);
    if (stopped || document.visibilityState !== 'visible') return;
    const turn = ++asked;
    try {
      const summary = await app.api.get<Summary>('/admin/summary', { site: app.site.get() });
      if (turn === asked && !stopped) app.summary.set(summary);
    } catch {
      // Numbers that are old are better than a complaint every ten seconds.
    }
    if (turn === asked) timer = window.setTimeout(look, EVERY_MS);
  };
  const unfollow = [
    app.site.follow(() => {
      app.summary.set(undefined);
      void look();
    }),
    app.summary.follow(() => {
      const waiting = app.summary.get()?.pending ?? 0;
      document.title = waiting > 0 ? `(${waiting}) ${TITLE}` : TITLE;
    }),
  ];
  const onVisible = () => void look();
  document.addEventListener('visibilitychange', onVisible);
  void look();
  return {
    refresh() {
      clearTimeout(timer);
      timer = window.setTimeout(look, AFTER_MS);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      for (const end of unfollow) end();
      document.removeEventListener('visibilitychange', onVisible);
      document.title = TITLE;
    },
  };
}
