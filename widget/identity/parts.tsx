/** Pieces that the panel about oneself is put together from. */
import type { ComponentChild } from 'preact';
import { h } from '../writing/kit';

export const drawAction = (words: string, onClick: () => void) => (
  <button type="button" class="go" key={words} onClick={onClick}>
    {words}
  </button>
);

/** @param name its class; its heading can have the focus when something in it is gone */
export const drawSection = (name: string, title: string, ...content: ComponentChild[]) => (
  <section class={name} key={name}>
    <h3 tabIndex={-1}>{title}</h3>
    {content}
  </section>
);
