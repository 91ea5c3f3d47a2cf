/** Attack mode of the site that is looked at: on for a while, with how long it lasts still, or off. */
import { useEffect, useState } from 'preact/hooks';
import type { Summary } from '../../worker/contract-admin';
import { useApp } from '../app';
import { useCell } from '../cell';
import { explain, formatSpan, say, t } from '../language';
import { Dialog } from './dialog';
import { Select } from './field';

const MINUTES = [15, 60, 240, 1440];
const TICK_MS = 1000;

export function AttackSwitch() {
  const app = useApp();
  const site = useCell(app.site);
  const until = Date.parse(useCell(app.summary)?.attackUntil ?? '');
  const [now, setNow] = useState(Date.now());
  const [asking, setAsking] = useState(false);
  const [minutes, setMinutes] = useState(60);
  const on = until > now;
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [on]);
  if (!site || !app.may('comments:moderate')) return null;
  const turn = async (length: number) => {
    app.summary.set(await app.api.send<Summary>('PUT', `/admin/sites/${site}/attack`, { minutes: length }));
    setNow(Date.now());
    app.tell(length > 0 ? t.attackIsOn : t.attackIsOff);
  };
  const turnOff = () => turn(0).catch((error) => app.tell({ text: explain(error), bad: true }));
  return (
    <>
      <button
        type="button"
        class={on ? 'attack on' : 'attack'}
        aria-pressed={on}
        onClick={on ? turnOff : () => setAsking(true)}
      >
        {on ? say(t.attackOn, 0, formatSpan(Math.max(0, (until - now) / 1000))) : t.attack}
      </button>
      {asking && (
        <Dialog title={t.attack} go={t.turnOn} onGo={() => turn(minutes)} onClose={() => setAsking(false)}>
          <p>{t.attackMeans}</p>
          <Select
            label={t.howLong}
            value={String(minutes)}
            options={MINUTES.map((each) => [String(each), formatSpan(each * 60)])}
            onPick={(value) => setMinutes(Number(value))}
          />
        </Dialog>
      )}
    </>
  );
}
