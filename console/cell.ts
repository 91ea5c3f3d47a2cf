/** A value that views follow: state outside of components, so that views stay apart from the network. */
import { useLayoutEffect, useState } from 'preact/hooks';

export interface Cell<T> {
  get(): T;
  set(value: T): void;
  change(how: (value: T) => T): void;
  /** @returns what ends it */
  follow(listener: () => void): () => void;
}

export function createCell<T>(value: T): Cell<T> {
  const listeners = new Set<() => void>();
  const set = (next: T) => {
    if (Object.is(next, value)) return;
    value = next;
    for (const listener of listeners) listener();
  };
  return {
    get: () => value,
    set,
    change: (how) => set(how(value)),
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Draws the component again whenever the value is another. */
export function useCell<T>(cell: Cell<T>): T {
  const [drawn, redraw] = useState(cell.get());
  useLayoutEffect(() => {
    // It may have changed between drawing and this.
    redraw(() => cell.get());
    return cell.follow(() => redraw(() => cell.get()));
  }, [cell]);
  return Object.is(drawn, cell.get()) ? drawn : cell.get();
}
