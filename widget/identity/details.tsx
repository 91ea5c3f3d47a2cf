/** Name, e-mail address and website of oneself, to be changed. */
import type { Thread } from '../store';
import { h } from '../writing/kit';
import { attempt, type Panel } from './panel';
import { texts } from './texts';

type Detail = 'name' | 'email' | 'url';

/** @param save is given what is not empty */
export function drawDetails(
  s: Thread,
  p: Panel,
  keys: Detail[],
  values: { [K in Detail]?: string | null | undefined },
  save: (given: { name: string; email?: string; url?: string }) => unknown,
) {
  const t = texts(s);
  return (
    <form
      onSubmit={(event) => {
        const given = [...new FormData(event.currentTarget)].filter(([, value]) => value);
        event.preventDefault();
        attempt(s, p, async () => {
          await save(Object.fromEntries(given) as { name: string });
          return t.saved;
        });
      }}
    >
      {keys.map((key) => (
        <label key={key}>
          {t[key]}
          <input
            {...({ type: key === 'email' ? key : 'text' } as object)}
            name={key}
            autocomplete={key}
            maxLength={key === 'name' ? 80 : 2048}
            placeholder={key === 'name' ? '' : t.optional}
            required={key === 'name'}
            defaultValue={values[key] ?? ''}
            aria-invalid={p.field === key}
          />
        </label>
      ))}
      <button class="go">{t.save}</button>
    </form>
  );
}
