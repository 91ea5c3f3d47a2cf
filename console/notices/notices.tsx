/** Who is told what of a site: moderators by mail, webhooks and chats; and what did not get through. */
import { oneSite, useApp } from '../app';
import { useCell } from '../cell';
import { t } from '../language';
import { route } from '../route';
import { Failed } from './failed';
import { Moderators } from './moderators';
import { WebhookLog } from './webhook-log';
import { Webhooks } from './webhooks';

export function NoticesView() {
  const app = useApp();
  const site = oneSite(app, useCell(app.site));
  const { webhook } = useCell(route).query;
  if (webhook) return <WebhookLog site={site} webhook={webhook} />;
  const name = app.grant.sites.find(({ id }) => id === site)?.name;
  return (
    <div class="page-view">
      <header class="row">
        <h1>{t.views.notices}</h1>
        <span class="dim" dir="auto">
          {name}
        </span>
      </header>
      <Moderators site={site} />
      <Webhooks site={site} />
      <Failed site={site} />
    </div>
  );
}
