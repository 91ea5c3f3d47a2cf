/** Labelled fields, the same everywhere. */
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

interface FieldProps {
  label: string;
  name?: string;
  value?: string;
  type?: string;
  placeholder?: string;
  autocomplete?: 'off';
  required?: boolean;
  autofocus?: boolean;
  /** Explains, below it. */
  hint?: string | undefined;
  /** Lines, for a text of several. */
  rows?: number;
  min?: number;
  max?: number;
  onInput?(value: string): void;
}

export function Field({ label, hint, type, rows, onInput, autofocus, ...rest }: FieldProps) {
  const id = useId();
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    if (autofocus) field.current?.focus();
  }, []);
  const props = {
    ...rest,
    id,
    ref: field,
    dir: 'auto' as const,
    'aria-describedby': hint ? `${id}-hint` : undefined,
    onInput: (event: { currentTarget: { value: string } }) => onInput?.(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {rows ? <textarea {...props} rows={rows} /> : <input {...props} type={type as 'text'} />}
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string;
  options: [value: string, name: string][];
  /** Without a visible label: where the value says what it is. */
  quiet?: boolean;
  /** Of a form's field, where the form reads it. */
  name?: string;
  /** One must be picked: '' is none. */
  required?: boolean;
  hint?: string | undefined;
  onPick(value: string): void;
}

export function Select({ label, value, options, quiet, hint, onPick, ...rest }: SelectProps) {
  const id = useId();
  return (
    <div class="field">
      {!quiet && <label for={id}>{label}</label>}
      <select
        {...rest}
        id={id}
        aria-label={quiet ? label : undefined}
        aria-describedby={hint ? `${id}-hint` : undefined}
        value={value}
        onChange={(event) => onPick(event.currentTarget.value)}
      >
        {options.map(([each, name]) => (
          <option key={each} value={each} selected={each === value}>
            {name}
          </option>
        ))}
      </select>
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}
