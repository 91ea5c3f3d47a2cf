/** Tabs, search, and what else narrows the queue down. */
import { useEffect, useState } from 'preact/hooks';
import { useApp } from '../app';
import { useCell } from '../cell';
import { Field } from '../frame/field';
import { countUp, t } from '../language';
import { bringIntoSight, linkTo, route } from '../route';
import { FIELDS, type Field as FilterField, type QueueFilter, TABS, type Tab } from './filter';

/** Shown as what they are, with a cross. */
const FOUND: FilterField[] = ['author', 'ip', 'network', 'page', 'phase'];
/** Shortest text that can be searched for (LIMITS.searchChars of the contract). */
const SEARCH_CHARS = 3;

interface Props {
  filter: QueueFilter;
  onChange(change: Record<string, string | undefined>): void;
}

export function FilterBar({ filter, onChange }: Props) {
  const app = useApp();
  const summary = useCell(app.summary);
  const { query } = useCell(route);
  const [text, setText] = useState(filter.q ?? '');
  useEffect(() => setText(filter.q ?? ''), [filter.q]);
  const counts: Partial<Record<Tab, number>> = summary
    ? { held: summary.pending, reported: summary.flagged, spam: summary.spam }
    : {};
  const tooShort = text !== '' && [...text.trim()].length < SEARCH_CHARS;
  return (
    <div class="filters">
      <nav class="tabs" aria-label={t.tabsLabel}>
        {TABS.map((tab) => (
          <a
            key={tab}
            ref={tab === filter.tab ? bringIntoSight : undefined}
            href={linkTo('queue', { ...query, tab })}
            aria-current={tab === filter.tab ? 'true' : undefined}
          >
            {t.tabs[tab]} {counts[tab] ? <span class="count">{countUp(counts[tab])}</span> : ''}
          </a>
        ))}
      </nav>
      <search>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!tooShort) onChange({ q: text.trim() });
          }}
        >
          <input
            id="search"
            type="search"
            dir="auto"
            aria-label={t.search}
            placeholder={t.search}
            value={text}
            maxLength={200}
            aria-invalid={tooShort}
            aria-describedby="search-hint"
            onInput={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') event.currentTarget.blur();
            }}
            // The cross of the field itself.
            onSearch={() => document.querySelector<HTMLInputElement>('#search')?.value === '' && onChange({ q: '' })}
          />
          <small id="search-hint">{tooShort ? t.searchHint : ''}</small>
        </form>
      </search>
      <details class="narrow" open={Boolean(filter.from || filter.to || filter.oldest)}>
        <summary>{t.narrow}</summary>
        <div class="row">
          <Field label={t.from} type="date" value={filter.from ?? ''} onInput={(from) => onChange({ from })} />
          <Field label={t.to} type="date" value={filter.to ?? ''} onInput={(to) => onChange({ to })} />
          <button
            type="button"
            aria-pressed={filter.oldest}
            onClick={() => onChange({ sort: filter.oldest ? '' : 'oldest' })}
          >
            {t.oldestFirst}
          </button>
        </div>
      </details>
      {FIELDS.some((field) => filter[field]) && (
        <p class="row found">
          {FOUND.filter((field) => filter[field]).map((field) => (
            <button key={field} type="button" onClick={() => onChange({ [field]: '' })}>
              {t.fields[field as keyof typeof t.fields]} <code>{filter[field]!.slice(0, 12)}</code> ×
            </button>
          ))}
          <a href={linkTo('queue', { tab: filter.tab })}>{t.clear}</a>
        </p>
      )}
    </div>
  );
}
