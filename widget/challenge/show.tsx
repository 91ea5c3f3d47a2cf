/** Says below a comment that something is being checked, and makes room there for what the reader must do. */
import type { Thread } from '../store';
import type { Node } from '../tree';
import { h, tell } from '../writing/kit';
import type { Tools } from './agreement';

/** Of the slot that the page's own tree is shown through. */
export const SLOT = 'afterword-challenge';

export interface Shown {
  /** @param ref receives the slot, and null when it goes @returns whether the comment is on view */
  show(ref?: (slot: HTMLSlotElement | null) => void): boolean;
  /** Takes it all away. */
  end(): void;
}

/** @param page of the comment, as the device names it @param key its Idempotency-Key */
export function showBelow(page: string | undefined, key: string, [each, words, open, close]: Tools): Shown {
  const shown = new Map<Node, Thread>();
  return {
    show(ref) {
      each((s) => {
        // As writing/post.tsx names one that the server has not taken yet.
        const n = s._byId.get(`z-${key}`);
        if (s.key !== page || !n) return;
        const { checking } = words(s);
        shown.set(n, s);
        open(s, n, () => (
          <p class="note">
            {checking}
            {ref && <slot name={SLOT} ref={ref} />}
          </p>
        ));
        tell(s, checking);
      });
      return shown.size > 0;
    },
    end() {
      for (const [n, s] of shown) close(s, n, true);
    },
  };
}
