/**
 * What a site owner pastes: defines <afterword-thread>, and puts one where the script tag stands unless the page has its
 * own. Owns the element's life (attributes, shadow root, drawing, focus, events); what is in it, store.ts and view/ know.
 */
import { h, render } from 'preact';
import { request } from './api';
import { adoptColours } from './colours';
import { type Memory, recall, remember } from './device';
import { createLanguage, type Locale } from './i18n';
import { core } from './locales/en';
import { addComments, changed, load, prepare, read, type Thread } from './store';
import css from './style.css';
import { drawThread } from './view/thread';
import type { Kit, Later } from './writing/agreement';

const TAG = 'afterword-thread';
const ATTRIBUTES = 'api site url page-id page-title sort theme lang max-depth limit lazy sso'.split(' ');

const script = document.currentScript as HTMLScriptElement | null;
/** @param from this script's own place unless given */
const resolve = (path: string, from = script?.src ?? location.href) => new URL(path, from).href;
/** One sheet serves every thread of the page. */
const sheet = new CSSStyleSheet();
/** The element that the script tag made. */
let automatic: Element | undefined;
let later: Promise<Later> | undefined;

let policy = { createHTML: (html: string) => html };
try {
  // The server sanitizes; this only says so to a page that asks for Trusted Types.
  policy = (
    window as unknown as { trustedTypes: { createPolicy(name: string, rules: unknown): typeof policy } }
  ).trustedTypes.createPolicy('afterword', policy);
} catch {}

/** @param name e.g. `lazy/compose` */
const loadModule = (name: string) => import(resolve(`${name}-${__STAMP__}.js`));

const kit: Kit = [
  h,
  request,
  read,
  recall,
  remember,
  addComments,
  changed,
  load,
  (more) => sheet.replaceSync(css + more),
];

class ThreadElement extends HTMLElement {
  static observedAttributes = ATTRIBUTES;
  root = document.createElement('div');
  // Only declared: they are undefined until they are set.
  /** Ends what is open. */
  declare life?: AbortController;
  /** What is open. */
  declare state?: unknown;

  connectedCallback() {
    if (automatic !== this) automatic?.remove();
    if (!this.shadowRoot) {
      const shadow = this.attachShadow({ mode: 'open' });
      this.root.ontransitionend = () => adoptColours(this, this.root);
      shadow.append(this.root);
      shadow.adoptedStyleSheets = [sheet];
      for (const name of ATTRIBUTES) {
        const property = name.replace(/-./, (part) => part.slice(1).toUpperCase()) as 'id';
        // What was set before this class was known, or before the element was in a document.
        const value = this[property];
        Object.defineProperty(this, property, {
          get: () => this.getAttribute(name),
          set: (to) => this.setAttribute(name, to),
        });
        if (value) this.setAttribute(name, value);
      }
    }
    this.settle();
  }

  disconnectedCallback() {
    this.settle();
  }

  attributeChangedCallback() {
    this.settle();
  }

  /** Opens, closes or opens afresh, once for all changes of this moment; a node that was only moved lives on. */
  settle() {
    queueMicrotask(() => {
      const { root, isConnected } = this;
      const get = (name: string) => this.getAttribute(name);
      root.className = `r ${get('theme')}`;
      const state = isConnected && ATTRIBUTES.map((name) => name === 'theme' || get(name)).join(' ');
      if (state === this.state) return;
      this.state = state;
      this.life?.abort();
      this.life = new AbortController();
      if (state) open(this, root, get, this.life.signal);
    });
  }
}

async function open(
  element: HTMLElement,
  root: HTMLElement,
  get: (name: string) => string | null,
  signal: AbortSignal,
): Promise<void> {
  let lang = get('lang') || document.documentElement.lang || navigator.language;
  let locale: Locale = { core };
  const name = lang.slice(0, 2);
  if (get('lazy') !== null) {
    await new Promise<void>((near) => {
      new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && near(), {
        rootMargin: '600px',
      }).observe(element);
    });
  }
  if (__LOCALES__.includes(name)) {
    try {
      locale = await loadModule(`locales/${name}`);
    } catch {
      lang = 'en';
    }
  } else if (name !== 'en') lang = 'en';
  if (signal.aborted) return;
  const api = get('api') || resolve('/api/v1');
  const canonical = document.querySelector<HTMLLinkElement>('link[rel=canonical]');
  const url = resolve(get('url') || canonical?.href || '', location.href);
  const site = get('site');
  const pageId = get('page-id');
  const key = `${site ?? ''} ${pageId ?? url}`;
  const { seen, drafts, mine } = recall<Memory>(key) ?? {};
  let drawing = false;
  // The first comments are painted before the others are made: a slow phone shows them sooner.
  let roots = 8;
  const thread: Thread = {
    api,
    url,
    site,
    pageId,
    key,
    seen,
    title: get('page-title') || document.title,
    sort: get('sort') as Thread['sort'],
    limit: +get('limit')!,
    depth: +get('max-depth')! || 6,
    _here: '',
    _memory: {},
    sso: get('sso'),
    ...createLanguage(lang, locale),
    signal,
    now: Date.now,
    _update() {
      // Several changes at once are drawn once.
      if (!drawing) queueMicrotask(draw);
      drawing = true;
    },
    _emit: (type, detail) => element.dispatchEvent(new CustomEvent(`afterword:${type}`, { detail, bubbles: true })),
    _trust: (html) => policy.createHTML(html),
    async _loadLater() {
      // English for writing is not in embed.js.
      const [{ create }, { compose }] = await Promise.all([
        loadModule('lazy/compose'),
        locale.compose ? locale : loadModule('lazy/en'),
      ]);
      thread.compose = compose;
      later ||= create(kit) as Promise<Later>;
      return later;
    },
    _roots: [],
    _byId: new Map(),
    _drafts: {},
  };
  const draw = () => {
    drawing = false;
    if (signal.aborted) return;
    thread._here = location.pathname + location.search;
    thread._memory = recall<Memory>(key) ?? {};
    root.lang = lang;
    root.dir = name === 'ar' ? 'rtl' : 'ltr';
    if (!root.firstChild) adoptColours(element, root);
    render(drawThread(thread, roots), root);
    if (thread.page && roots < 9) {
      roots = 1e4;
      setTimeout(thread._update, 40);
    }
    if (thread.target) thread._later?._focus(thread, root);
  };
  const follow = async () => {
    const { hash } = location;
    if (thread._alone || /^#(comment|afterword)/.test(hash)) (await prepare(thread))?._follow(thread, hash);
  };
  addEventListener('hashchange', follow, { signal });
  // By then the page has all its styles.
  addEventListener('load', () => adoptColours(element, root), { signal });
  // Drafts, unsent and unapproved comments are shown without being asked for, and nobody who is muted flashes up. Who has any
  // has the module in the browser's cache.
  if (drafts || mine || recall('outbox') || recall('muted')) await prepare(thread);
  await load(thread);
  follow();
}

if (!customElements.get(TAG)) {
  sheet.replaceSync(css);
  customElements.define(TAG, ThreadElement);
  if (script?.closest('body') && !document.querySelector(TAG)) {
    automatic = document.createElement(TAG);
    for (const { name, value } of script.attributes)
      if (name.startsWith('data-')) automatic.setAttribute(name.slice(5), value);
    script.after(automatic);
  }
}
