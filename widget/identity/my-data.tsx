/** What becomes of everything that is stored about somebody: a copy of it, and its end. */
import type { Me, MyData } from '../../worker/contract';
import type { Thread } from '../store';
import { h } from '../writing/kit';
import { ask } from './ask';
import { attempt, change, type Panel } from './panel';
import { drawAction } from './parts';
import { texts } from './texts';

const FILE = 'afterword-my-data.json';
const RELEASE_MS = 60_000;

export function drawData(s: Thread, p: Panel, { deleteAt }: Me) {
  const t = texts(s);
  const turnTo = (forgetting: boolean) => {
    p.forgetting = forgetting;
    // What was pressed is gone; the last button takes nothing away.
    s.target = '.forget button:last-of-type';
    s._update();
  };
  const send = (method: string, path: string) => () =>
    attempt(s, p, async () => {
      await change(s, p, method, path);
      turnTo(false);
    });
  return (
    <section key="data">
      {drawAction(t.download, () => attempt(s, p, () => download(s)))}
      <div class="forget">
        {deleteAt
          ? [
              <p key="due">{s.say(t.forgetDue, 0, s.date(deleteAt))}</p>,
              drawAction(t.forgetNot, send('POST', '/me/restore')),
            ]
          : p.forgetting
            ? [
                <p key="ask">{t.forgetAsk}</p>,
                drawAction(t.forgetYes, send('DELETE', '/me')),
                drawAction(t.keep, () => turnTo(false)),
              ]
            : drawAction(t.forget, () => turnTo(true))}
      </div>
    </section>
  );
}

/** Asked for with a proof, so it cannot be a link; saved by the browser like one. */
async function download(s: Thread): Promise<void> {
  const data = await ask<MyData>(s, 'GET', '/me/export');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }));
  link.download = FILE;
  link.click();
  // Some browsers begin to read it only later.
  setTimeout(URL.revokeObjectURL, RELEASE_MS, link.href);
}
