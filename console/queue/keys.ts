/** The keyboard: what a key means, wherever the focus is but in a field or a dialog. */
import { useEffect } from 'preact/hooks';
import { createCell } from '../cell';

export type Keys = Record<string, () => void>;

const OFF_KEY = 'afterword:console:keys';
/** Who speaks to their computer, or hits keys by accident, turns them off (WCAG 2.1.4). */
export const keysAreOn = createCell(localStorage.getItem(OFF_KEY) !== 'off');
keysAreOn.follow(() => localStorage.setItem(OFF_KEY, keysAreOn.get() ? 'on' : 'off'));

/** By what is printed on a Latin keyboard, also where another script is typed. */
export function nameKey({ key, code, shiftKey }: Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey'>): string {
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (/^[ -~]$/.test(key) || letter === undefined) return key;
  return shiftKey ? letter : letter.toLowerCase();
}

const isBusy = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('input:not([type=checkbox]), textarea, select, dialog, [contenteditable]') !== null;

export function useKeys(keys: Keys): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!keysAreOn.get() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (isBusy(event.target) || document.querySelector('dialog[open]')) return;
      const act = keys[nameKey(event)];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [keys]);
}
