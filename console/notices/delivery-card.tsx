/** One notice on its way, or at its end: what it is about, what was answered, when it is tried again; sending it now. */
import type { Delivery, EventType, Resent } from '../../worker/contract-notify';
import { useApp } from '../app';
import { explain, formatAgo, formatTime, say, t } from '../language';
import { linkTo } from '../route';

interface Props {
  delivery: Delivery;
  onResent(): Promise<void>;
}

export function DeliveryCard({ delivery, onResent }: Props) {
  const app = useApp();
  const { event, target, kind, type, subject, to, status, attempts, answer } = delivery;
  const resend = async () => {
    try {
      const { resent } = await app.api.send<Resent>('POST', '/admin/deliveries/resend', { event, target });
      app.tell(say(t.resent, resent));
    } catch (error) {
      app.tell({ text: explain(error), bad: true });
    }
    await onResent();
  };
  const name = type in t.events ? t.events[type as EventType] : t.noticeKinds[kind];
  return (
    <li>
      <p>
        <b>{name}</b>
        <span class={`mark ${MARKS[status]}`}>{t.deliveryStates[status]}</span>
      </p>
      <p class="dim">
        {t.noticeKinds[kind]}
        {to && (
          <>
            {' · '}
            <span dir="ltr">{to}</span>
          </>
        )}
        {' · '}
        {say(t.attempts, attempts)}
        {' · '}
        <Moment delivery={delivery} />
        {type.startsWith('comment.') && (
          <>
            {' · '}
            <a href={linkTo('log', { comment: subject })}>{t.theComment}</a>
          </>
        )}
      </p>
      {answer && (
        <p>
          <q dir="auto">{answer}</q>
        </p>
      )}
      <button type="button" onClick={resend}>
        {t.resend}
      </button>
    </li>
  );
}

const MARKS = { waiting: 'pending', sent: 'approved', dead: 'spam' };

function Moment({ delivery: { dueAt, doneAt, createdAt } }: { delivery: Delivery }) {
  const at = dueAt ?? doneAt ?? createdAt;
  const text = formatAgo(at, Date.now());
  return (
    <time dateTime={at} title={formatTime(at)}>
      {dueAt ? say(t.nextTry, 0, text) : text}
    </time>
  );
}
