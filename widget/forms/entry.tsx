/** A field and its button in the row about who writes. A form in a form there is none: Enter is heard here. */
import type { ComponentChild } from 'preact';
import { h } from '../writing/kit';

interface Entry {
  /** Names the field, and tells it from another one. */
  name: string;
  label: string;
  /** On the button. */
  words: string;
  value?: string;
  placeholder?: string;
  inputMode: 'email' | 'numeric' | 'url';
  autocomplete: string;
  /** In words, below the field. */
  note?: string | undefined;
  invalid?: boolean;
  /** Nothing is taken at this moment. */
  busy?: boolean;
  onInput?: (field: HTMLInputElement) => void;
}

/** @param take is given what is there, without spaces around it, unless it is nothing */
export function drawEntry(entry: Entry, take: (text: string) => void, ...beside: ComponentChild[]) {
  const { name, label, words, value, placeholder, inputMode, autocomplete, note, invalid, busy, onInput } = entry;
  let field: HTMLInputElement | null;
  const go = () => {
    const text = field?.value.trim();
    if (text && !busy) take(text);
    else field?.focus();
  };
  return (
    <div class="ways" key={name}>
      {note && (
        <p class="note" id={`said-${name}`}>
          {note}
        </p>
      )}
      <label>
        {label}
        <input
          name={name}
          ref={(input) => {
            field = input;
          }}
          dir="ltr"
          defaultValue={value}
          placeholder={placeholder}
          inputMode={inputMode}
          autocapitalize="none"
          autocomplete={autocomplete}
          spellcheck={false}
          aria-invalid={invalid}
          aria-describedby={note && `said-${name}`}
          onInput={({ currentTarget }) => onInput?.(currentTarget)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            event.stopPropagation();
            go();
          }}
        />
      </label>
      <button type="button" class="go" aria-disabled={busy} onClick={go}>
        {words}
      </button>
      {beside}
    </div>
  );
}
