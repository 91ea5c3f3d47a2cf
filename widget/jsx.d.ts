/** Gives JSX its types where `h` is not Preact's own import (writing/kit.ts). */
import type { JSX as PreactJSX } from 'preact';

declare global {
  namespace JSX {
    type Element = PreactJSX.Element;
    type ElementType = PreactJSX.ElementType;
    interface ElementChildrenAttribute extends PreactJSX.ElementChildrenAttribute {}
    interface IntrinsicAttributes extends PreactJSX.IntrinsicAttributes {}
    interface IntrinsicElements extends PreactJSX.IntrinsicElements {}
  }
}
