/** Which key does the same; screen readers hear it from the button's aria-keyshortcuts. */
export const KeyHint = ({ name }: { name: string }) => (
  <span class="kbd" aria-hidden="true">
    {name}
  </span>
);
