/** What did not get through: given up, and what is tried again by itself; sending one or all of it now. */
import type { Deliveries, Delivery, Resent } from '../../worker/contract-notify';
import { useApp } from '../app';
import { type Paged, usePaged } from '../frame/paged';
import { Rest } from '../frame/rest';
import { explain, say, t } from '../language';
import { DeliveryCard } from './delivery-card';

const useDeliveries = (site: string, status: Delivery['status']): Paged<Delivery> =>
  usePaged<Deliveries, Delivery>('/admin/deliveries', { site, status }, ({ deliveries, next }) => ({
    // What was not tried yet has not failed.
    rows: deliveries.filter(({ status: now, answer }) => now !== 'waiting' || answer !== null),
    next,
  }));

export function Failed({ site }: { site: string }) {
  const app = useApp();
  const dead = useDeliveries(site, 'dead');
  const waiting = useDeliveries(site, 'waiting');
  const reload = async () => {
    await Promise.all([dead.reload(), waiting.reload()]);
  };
  const resendAll = async () => {
    try {
      let count = 0;
      for (;;) {
        const { resent, left } = await app.api.send<Resent>('POST', '/admin/deliveries/resend', { site });
        count += resent;
        if (!left || resent === 0) break;
      }
      app.tell(say(t.resent, count));
    } catch (error) {
      app.tell({ text: explain(error), bad: true });
    }
    await reload();
  };
  const rows = [...dead.rows, ...waiting.rows];
  return (
    <section aria-labelledby="failed">
      <header class="row">
        <h2 id="failed">{t.failed}</h2>
        {dead.rows.length > 0 && (
          <button type="button" class="end" onClick={resendAll}>
            {t.resendAll}
          </button>
        )}
      </header>
      <p class="dim">{t.failedMeans}</p>
      {rows.length > 0 && (
        <ul class="cards">
          {rows.map((each) => (
            <DeliveryCard key={each.event + each.target} delivery={each} onResent={reload} />
          ))}
        </ul>
      )}
      <Rest list={dead} empty={waiting.rows.length > 0 || waiting.loading ? '' : t.nothingFailed} />
    </section>
  );
}
