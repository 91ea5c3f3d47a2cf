/** Checks of what is written on the tag and on <afterword-thread>, as docs/embedding.md has it. Pure. */
import { escapeAttribute } from './address.ts';
import { type Finding, find } from './finding.ts';
import type { PageFacts, Thread } from './page-facts.ts';
import type { Markup } from './read-page.ts';

type Check = (facts: PageFacts) => Finding[];

/** What the widget obeys, and how a value must look where it is not free. */
const ATTRIBUTES: Record<string, RegExp | null> = {
  url: null,
  'page-id': null,
  'page-title': null,
  site: null,
  sort: /^(?:oldest|newest|best|)$/,
  theme: /^(?:light|dark|auto|)$/,
  lang: null,
  'max-depth': /^\d*$/,
  limit: /^\d*$/,
  lazy: null,
  sso: null,
  api: null,
};
const VALUES: Record<string, string> = {
  sort: 'oldest, newest or best',
  theme: 'light, dark or auto',
  'max-depth': 'a number',
  limit: 'a number',
};
const fold = (name: string) => name.replace(/^data-/, '').replace(/[-_]/g, '');
const BY_FOLDED = new Map(Object.keys(ATTRIBUTES).map((name) => [fold(name), name]));
/** Attributes that HTML itself gives to every element, or to scripts. */
const OF_HTML: ReadonlySet<string> = new Set(['lang']);

/** What a template engine leaves when nobody fills it in. */
const UNFILLED = /\{\{|\}\}|\{%|<%|%>|\$\{|\[\[|\]\]|^(?:undefined|null|NaN|\[object Object\])$|^%[A-Z_]+%$/;

export const ATTRIBUTE_CHECKS: Check[] = [
  function areObeyed({ tags, page }) {
    const lost = (markup: Markup, where: string, prefix: string) =>
      [...markup.attributes.keys()].flatMap((written) => {
        const known = BY_FOLDED.get(fold(written));
        const right = prefix + known;
        if (known === undefined || written === right || OF_HTML.has(written)) return [];
        const what = `The attribute ${written} has no effect here.`;
        return [
          find(
            'attribute_ignored',
            where,
            what,
            `Write it so:\n${right}="${escapeAttribute(markup.attributes.get(written)!)}"`,
          ),
        ];
      });
    return [
      ...tags.slice(0, 1).flatMap((tag) => lost(tag, 'the tag', 'data-')),
      ...page.threads.flatMap((element, i) => lost(element, `<afterword-thread> ${i + 1}`, '')),
    ];
  },

  function areSound({ threads }) {
    return threads.flatMap((thread) =>
      Object.entries(ATTRIBUTES).flatMap(([name, pattern]) => {
        const value = thread.get(name);
        if (value === null || !pattern || pattern.test(value) || UNFILLED.test(value)) return [];
        return [
          find('attribute_value', thread.where, `${name}="${value}" means nothing.`, `It must be ${VALUES[name]}.`),
        ];
      }),
    );
  },

  function areFilledIn({ threads }) {
    return threads.flatMap((thread) =>
      ['url', 'page-id', 'site', 'page-title'].flatMap((name) => {
        const value = thread.get(name);
        const isEmptyId = name === 'page-id' && value?.trim() === '';
        if (value === null || !(isEmptyId || UNFILLED.test(value))) return [];
        const what = isEmptyId
          ? 'page-id is empty: nothing tells this page from others.'
          : `${name}="${value}" was not filled in: every page that has the same shares one conversation, or none appears.`;
        return [
          find(
            'attribute_template',
            thread.where,
            what,
            `Have your template fill ${name} in, or remove it: the page’s address is enough.`,
          ),
        ];
      }),
    );
  },

  function areAllDifferent({ threads }) {
    const seen = new Map<string, Thread>();
    return threads.flatMap((thread) => {
      const id = thread.get('page-id');
      const key = `${thread.get('site') ?? ''} ${id || thread.url?.href}`;
      const first = seen.get(key);
      if (!first) seen.set(key, thread);
      if (!first) return [];
      const what = `It shows the same conversation as ${first.where}: ${id ? `page-id ${id}` : thread.url?.href}.`;
      return [
        find(
          'threads_same',
          thread.where,
          what,
          'Give each its own page:\n<afterword-thread url="ADDRESS"></afterword-thread>',
        ),
      ];
    });
  },

  function countsAreFilled({ page, counters, server, tags }) {
    const [counter] = counters;
    if (page.counts.length === 0) return [];
    if (!counter) {
      const origin = tags[0]?.src.origin ?? server ?? 'https://YOUR-AFTERWORD';
      const what = `${page.counts.length} places wait for a number of comments, and no count.js fills them.`;
      return [
        find('count_missing', 'data-afterword-count', what, `Add:\n<script src="${origin}/count.js" async></script>`),
      ];
    }
    const needSite = page.counts.filter(({ attributes }) => attributes.get('data-afterword-page-id'));
    if (needSite.length === 0 || counter.get('data-site')) return [];
    const what = `${needSite.length} places name a page-id, and count.js does not know of which site.`;
    return [
      find(
        'count_without_site',
        `<script src="${counter.get('src')}">`,
        what,
        `Name the site:\n<script src="${escapeAttribute(counter.src.href)}" data-site="SITE" async></script>`,
      ),
    ];
  },
];
