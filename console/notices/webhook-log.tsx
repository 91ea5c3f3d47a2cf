/** What a webhook was sent lately, and what it answered; sending one again. */
import type { Deliveries, Delivery } from '../../worker/contract-notify';
import { usePaged } from '../frame/paged';
import { Rest } from '../frame/rest';
import { t } from '../language';
import { linkTo } from '../route';
import { DeliveryCard } from './delivery-card';

export function WebhookLog({ site, webhook }: { site: string; webhook: string }) {
  const list = usePaged<Deliveries, Delivery>('/admin/deliveries', { site, webhook }, ({ deliveries, next }) => ({
    rows: deliveries,
    next,
  }));
  return (
    <section class="page-view">
      <header class="row">
        <h1>{t.webhookLog}</h1>
        <a href={linkTo('notices')}>{t.views.notices}</a>
      </header>
      <ol class="cards">
        {list.rows.map((each) => (
          <DeliveryCard key={each.event + each.target} delivery={each} onResent={list.reload} />
        ))}
      </ol>
      <Rest list={list} empty={t.nothingSent} />
    </section>
  );
}
