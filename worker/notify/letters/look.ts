/**
 * How letters look: the widget's paper, ink and one accent, as mail programs take it. What is in `style` attributes is the light look,
 * which all of them know; the sheet turns it dark where one may. Classes: p paper, i ink, d dim, l line, a accent, b the button.
 */

const FONT = 'system-ui,-apple-system,Segoe UI,Roboto,Helvetica Neue,Arial,sans-serif';
const SERIF = 'font-family:Charter,Iowan Old Style,Noto Serif,Georgia,serif';

const LIGHT = {
  paper: '#fffefb',
  ink: '#1d1c1a',
  dim: '#65625c',
  line: '#dedbd4',
  accent: '#9a3412',
  onAccent: '#ffffff',
};
const DARK = {
  paper: '#17181b',
  ink: '#e6e4df',
  dim: '#a5a29b',
  line: '#3b3d42',
  accent: '#f0a47e',
  onAccent: '#221308',
};

/** What all text is unless its own `style` says more; once around it all, and in the sheet for those that let no table inherit it. */
const BASE = `font-family:${FONT};font-size:16px;line-height:25px;color:${LIGHT.ink}`;

export const SHEET = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
td{${BASE}}
@media (max-width:480px){.w{padding:20px 18px 28px!important}.h{font-size:22px!important}}
@media (prefers-color-scheme:dark){
.p{background:${DARK.paper}!important}td,.i{color:${DARK.ink}!important}.d{color:${DARK.dim}!important}
.l{border-color:${DARK.line}!important}.a{color:${DARK.accent}!important}
.b{background:${DARK.accent}!important;color:${DARK.onAccent}!important}}`;

/** For `style` attributes, each with its class. */
export const STYLE = {
  paper: `margin:0;padding:0;background:${LIGHT.paper};${BASE};-webkit-text-size-adjust:100%`,
  wide: 'padding:32px 24px 40px;word-break:break-word;overflow-wrap:anywhere',
  site: `font-size:15px;line-height:22px;font-weight:600;color:${LIGHT.dim}`,
  title: `margin:26px 0 4px;${SERIF};font-size:25px;line-height:1.3;font-weight:700;color:${LIGHT.ink}`,
  /** Where letters of the reader's language are not at home in a serif. */
  plainTitle: `margin:26px 0 4px;font-size:24px;line-height:1.35;font-weight:700;color:${LIGHT.ink}`,
  subtitle: `margin:0;font-size:16px;line-height:25px;color:${LIGHT.dim}`,
  said: `color:${LIGHT.dim}`,
  paragraph: 'margin:18px 0 0;font-size:16px;line-height:25px',
  small: `font-size:13px;line-height:20px;color:${LIGHT.dim}`,
  heading: `margin:26px 0 0;font-size:14px;line-height:20px;font-weight:700;color:${LIGHT.dim}`,
  pageTitle: `margin:0;${SERIF};font-size:19px;line-height:27px;font-weight:700`,
  link: `color:${LIGHT.accent}`,
  /** Of small ones, which thumbs must hit as well. */
  tap: 'display:inline-block;padding:7px 0',
  button: `display:inline-block;padding:12px 22px;border-radius:8px;background:${LIGHT.accent};color:${LIGHT.onAccent};font-size:16px;line-height:22px;font-weight:700;text-decoration:none`,
  quietButton: `display:inline-block;padding:11px 18px;border:1px solid ${LIGHT.line};border-radius:8px;color:${LIGHT.ink};font-size:16px;line-height:22px;text-decoration:none`,
  badge: `display:inline-block;padding:1px 9px;border:1px solid;border-radius:99px;color:${LIGHT.accent};font-size:13px;line-height:20px`,
  line: `border:0 solid ${LIGHT.line}`,
  code: `margin:22px 0 0;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:36px;line-height:48px;font-weight:700;letter-spacing:6px;color:${LIGHT.ink}`,
  codeBlock: 'font-family:ui-monospace,Menlo,Consolas,monospace;font-size:14px;line-height:22px',
  inert: 'color:inherit;text-decoration:none',
} as const;

/** Of the round sign before a name, as the widget's pictures: readable on both papers. */
const TINTS = [
  '#aeb6d9 #2b2a6b',
  '#dbb0d2 #6e2551',
  '#aed6b4 #1f5a3f',
  '#add3d8 #1f4d66',
  '#e6cf9c #6a4a0c',
  '#e0b8a4 #7a2f12',
];

/** @param name always has the same one */
export function tintOf(name: string): string {
  let sum = 0;
  for (let i = 0; i < name.length && i < 20; i++) sum = (sum * 31 + name.charCodeAt(i)) >>> 0;
  const [paper, ink] = TINTS[sum % TINTS.length]!.split(' ');
  return `background:${paper};color:${ink}`;
}
