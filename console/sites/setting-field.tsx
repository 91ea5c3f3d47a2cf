/** One setting's field, whatever its kind. */
import { useId } from 'preact/hooks';
import { Field, Select } from '../frame/field';
import { say, t } from '../language';
import type { Shape } from './schema';

interface Props {
  name: string;
  shape: Shape;
  value: unknown;
  onChange(value: unknown): void;
}

/** A name that has no words yet is shown as it is. */
export const wordFor = (name: string): { label: string; hint: string | undefined } => {
  const [label = name, hint] = ((t.settings as Record<string, string>)[name] ?? name).split('|');
  return { label, hint };
};
const optionName = (value: string): string => (t.options as Record<string, string>)[value] ?? value;

export function SettingField({ name, shape, value, onChange }: Props) {
  const { label, hint } = wordFor(name);
  switch (shape.kind) {
    case 'switch':
      return <Switch label={label} hint={hint} on={value === true} onChange={onChange} />;
    case 'number':
      return (
        <Field
          label={label}
          hint={hint}
          type="number"
          min={shape.min}
          max={shape.max}
          value={String(value)}
          onInput={(text) => onChange(text === '' ? shape.min : Number(text))}
        />
      );
    case 'choice':
      return (
        <Select
          label={label}
          hint={hint}
          value={String(value)}
          options={shape.options.map((each) => [each, optionName(each)])}
          onPick={onChange}
        />
      );
    case 'words':
      return (
        <Field
          label={label}
          hint={hint}
          value={(value as string[]).join(' ')}
          onInput={(text) => onChange(text.split(/[\s,]+/).filter(Boolean))}
        />
      );
    case 'text':
      return (
        <Field
          label={label}
          hint={hint}
          required={shape.required}
          value={String(value ?? '')}
          onInput={(text) => onChange(text === '' && shape.nullable ? null : text)}
        />
      );
    case 'rows':
      return (
        <fieldset>
          <legend>{label}</legend>
          {hint && <small>{hint}</small>}
          <TableRows shape={shape} rows={value as Record<string, unknown>[]} onChange={onChange} />
        </fieldset>
      );
  }
}

function Switch({
  label,
  hint,
  on,
  onChange,
}: {
  label: string;
  hint: string | undefined;
  on: boolean;
  onChange(on: boolean): void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label class="check">
        <input
          type="checkbox"
          checked={on}
          aria-describedby={hint ? id : undefined}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        {label}
      </label>
      {hint && <small id={id}>{hint}</small>}
    </div>
  );
}

interface RowsProps {
  shape: Extract<Shape, { kind: 'rows' }>;
  rows: readonly Record<string, unknown>[];
  onChange(rows: Record<string, unknown>[]): void;
}

/** Rows of several fields; an empty text that need not be there is left out. */
export function TableRows({ shape, rows, onChange }: RowsProps) {
  const change = (at: number, name: string, value: unknown) =>
    onChange(rows.map((row, i) => (i === at ? { ...row, [name]: value } : row)));
  return (
    <>
      {rows.map((row, at) => (
        // Rows have no name of their own, and none changes its place.
        <fieldset class="table-row" key={at} aria-label={say(t.rowNumber, at + 1)}>
          {Object.entries(shape.columns).map(([name, column]) => (
            <SettingField
              key={name}
              name={name}
              shape={column}
              value={row[name] ?? shape.defaults[name]}
              onChange={(value) => change(at, name, value)}
            />
          ))}
          <button type="button" onClick={() => onChange(rows.filter((_, i) => i !== at))}>
            {t.remove}
          </button>
        </fieldset>
      ))}
      {rows.length < shape.max && (
        <button type="button" onClick={() => onChange([...rows, { ...shape.defaults }])}>
          {t.add}
        </button>
      )}
    </>
  );
}

/** As the API takes them: without texts that are empty and need not be there. */
export const tidyRows = (shape: RowsProps['shape'], rows: readonly Record<string, unknown>[]) =>
  rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).filter(([name, value]) => {
        const column = shape.columns[name];
        return value !== '' || (column?.kind === 'text' && column.required);
      }),
    ),
  );
