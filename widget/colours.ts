/** The colours of the page around a thread. */

/**
 * Takes over the page's link colour, and light or dark from the text colour that the thread inherits.
 * @param root the thread's own root. Its outline has its text colour as `lch()`, and its text colour changes by a
 * transition (style.css): the event at its end tells when to look again, whatever made the page change.
 */
export function adoptColours(host: HTMLElement, root: HTMLElement): void {
  // A real link in the page's own tree is the one thing that knows every rule about links.
  const probe = document.createElement('a');
  probe.href = '#';
  host.after(probe);
  const link = getComputedStyle(probe).color;
  const scheme = +/[\d.]+/.exec(getComputedStyle(root).outlineColor)! > 55 ? 'dark' : 'light';
  probe.remove();
  // As CSSOM writes it. Setting it has the whole thread styled again.
  const style = `--link: ${link}; color-scheme: ${scheme};`;
  if (root.style.cssText !== style) root.style.cssText = style;
}
