/** Checks of the tag: that it is there, once, runs where it stands, and loads what it shall. Pure. */
import { createHash } from 'node:crypto';
import { type Finding, find } from './finding.ts';
import { isMixed, isPage, type PageFacts, type Tag } from './page-facts.ts';

type Check = (facts: PageFacts) => Finding[];

const DOCS = 'docs/embedding.md';
const JAVASCRIPT =
  /^(?:(?:text|application)\/(?:x-)?(?:java|ecma)script|text\/(?:javascript1\.[0-5]|jscript|livescript))$/;

const pasteTag = (server: string | undefined): string =>
  `<script src="${server ?? 'https://YOUR-AFTERWORD'}/embed.js" async></script>`;

/** Each tag by itself. */
const each =
  (check: (tag: Tag, facts: PageFacts, where: string) => Finding | undefined): Check =>
  (facts) =>
    facts.tags.flatMap((tag) => check(tag, facts, `<script src="${tag.get('src')}">`) ?? []);

export const TAG_CHECKS: Check[] = [
  function isThere({ tags, threads, server, visit }) {
    if (tags.length > 0 || !isPage(visit)) return [];
    const what =
      threads.length > 0
        ? 'There is an <afterword-thread>, but no script tag that makes a conversation of it.'
        : 'The page has no Afterword tag. (One that a script adds is not seen: nothing of the page is run here.)';
    return [find('tag_missing', 'the page', what, `Paste this where the conversation shall be:\n${pasteTag(server)}`)];
  },

  function isOnce({ tags, page }) {
    const places = tags.filter(({ isOurs }) => isOurs).length;
    if (places < 2) return [];
    const fix =
      page.threads.length > 0
        ? `Keep the first tag: the <afterword-thread> elements are enough.`
        : `Keep one tag. Where another conversation shall be, paste this instead:\n<afterword-thread url="ADDRESS"></afterword-thread>`;
    return [find('tag_twice', 'script tags', `embed.js is loaded ${places} times; only the first does anything.`, fix)];
  },

  each(function leadsToTheInstance(tag, { server, threads }, where) {
    if (!server || !tag.isOurs || tag.src.origin === server) return;
    // What counts in the end is which API is asked.
    if (threads.every(({ api }) => api?.origin === server)) return;
    const what = `The tag belongs to ${tag.src.origin}, and you asked about ${server}.`;
    return find(
      'tag_other_instance',
      where,
      what,
      `Look at that instance with --server ${tag.src.origin}, or paste the tag of this one:\n${pasteTag(server)}`,
    );
  }),

  each(function leadsOutside(tag, { server }, where) {
    if (!tag.isInside) return;
    const what = `The page is public, and its tag leads to ${tag.src.host}, which only your own network can reach.`;
    return find('tag_inside', where, what, `Use the public address of your Afterword:\n${pasteTag(server)}`);
  }),

  each(function isClassic(tag, _, where) {
    if (tag.get('type')?.trim().toLowerCase() !== 'module') return;
    const what =
      'A module does not know where it stands: no conversation appears, and the API is looked for on the page’s own host.';
    return find('tag_module', where, what, `Remove type="module":\n${pasteTag(tag.src.origin)}`);
  }),

  each(function isRun(tag, _, where) {
    const type = tag.get('type')?.trim().toLowerCase() ?? '';
    if (type === 'module') return;
    const isInert = tag.get('nomodule') !== null || !(type === '' || JAVASCRIPT.test(type));
    if (!isInert) return;
    const why = tag.get('nomodule') !== null ? 'nomodule' : `type="${type}"`;
    const what = `Browsers do not run a script with ${why} by themselves.`;
    return find(
      'tag_inert',
      where,
      what,
      `Remove it, or have your consent tool let it run:\n${pasteTag(tag.src.origin)}`,
    );
  }),

  each(function blocksNothing(tag, _, where) {
    if (tag.get('async') !== null || tag.get('defer') !== null || tag.get('type') !== null) return;
    return find(
      'tag_blocking',
      where,
      'The rest of the page waits for embed.js.',
      `Add async:\n${pasteTag(tag.src.origin)}`,
    );
  }),

  function hasAPlace({ tags, page }) {
    const [tag] = tags;
    if (!tag || tag.inBody || page.threads.length > 0) return [];
    const what = 'The tag stands in the head, and nothing says where the conversation shall be.';
    const fix =
      'Move the tag into the body, or put this where the conversation shall be (nothing to do if a script of yours adds it):\n<afterword-thread></afterword-thread>';
    return [find('tag_without_place', `<script src="${tag.get('src')}">`, what, fix)];
  },

  each(function answers(tag, { visit, server }, where) {
    if (tag.isInside || isMixed(tag.src, visit.url)) return;
    const { answer } = tag;
    if (typeof answer !== 'string' && answer.status < 300) {
      if (tag.isOurs) return;
      return find(
        'script_wrong',
        where,
        'What this address answers is not Afterword’s embed.js.',
        `Paste the tag of your instance:\n${pasteTag(server)}`,
      );
    }
    const why = typeof answer === 'string' ? answer : `it answers ${answer.status}`;
    const fix = `Is this the address of your Afterword, and is it running? Try it:\nnpx afterword doctor --server ${tag.src.origin}`;
    return find('script_unreachable', where, `embed.js cannot be loaded: ${why}.`, fix);
  }),

  each(function isJavascript({ answer, isOurs }, _, where) {
    if (typeof answer === 'string' || !isOurs) return;
    const type = (answer.headers.get('Content-Type') ?? '').split(';')[0]!.trim().toLowerCase();
    const isStrict = answer.headers.get('X-Content-Type-Options')?.toLowerCase() === 'nosniff';
    if (JAVASCRIPT.test(type) || !(isStrict || /^(?:image|audio|video)\/|^text\/csv$/.test(type))) return;
    const what = `embed.js comes as ${type || 'nothing in particular'}, and browsers refuse to run that.`;
    return find(
      'script_type',
      where,
      what,
      'Something between the page and the worker changes headers. It must be sent as:\nContent-Type: text/javascript',
    );
  }),

  each(function mayBeRead(tag, { url }, where) {
    if (typeof tag.answer === 'string' || !tag.isOurs || tag.src.origin === url.origin) return;
    const allowed = tag.answer.headers.get('Access-Control-Allow-Origin');
    if (allowed === '*' || (allowed === url.origin && tag.get('crossorigin') !== 'use-credentials')) return;
    const what =
      'embed.js comes without leave for other origins (CORS): what it loads later, such as the form for writing, is refused.';
    return find(
      'script_cors',
      where,
      what,
      'Deploy again, or have what stands before the worker let this header through:\nAccess-Control-Allow-Origin: *',
    );
  }),

  each(function mayBeEmbedded(tag, { url, visit }, where) {
    if (typeof tag.answer === 'string' || !tag.isOurs || tag.src.origin === url.origin) return;
    if (tag.get('crossorigin') !== null) return;
    const said = tag.answer.headers.get('Cross-Origin-Resource-Policy')?.trim().toLowerCase();
    const embedder = visit.headers.get('Cross-Origin-Embedder-Policy')?.trim().toLowerCase().split(/[;\s]/)[0];
    if (said === 'cross-origin' || (said === undefined && embedder !== 'require-corp')) return;
    if (said === 'same-site' && sharesDomain(tag.src.hostname, url.hostname)) return;
    const why = said
      ? `embed.js says Cross-Origin-Resource-Policy: ${said}`
      : 'The page asks for Cross-Origin-Embedder-Policy: require-corp, and embed.js says nothing of it';
    return find(
      'script_corp',
      where,
      `${why}: the browser refuses the script.`,
      'embed.js must be sent with this header (Afterword does; something between may take it away):\nCross-Origin-Resource-Policy: cross-origin',
    );
  }),

  each(function integrityFits(tag, { url }, where) {
    const integrity = tag.get('integrity')?.trim();
    if (!integrity || typeof tag.answer === 'string' || !tag.isOurs) return;
    if (tag.src.origin !== url.origin && tag.get('crossorigin') === null) {
      const what = 'The tag has integrity without crossorigin: the browser cannot check the script, and refuses it.';
      return find(
        'integrity_opaque',
        where,
        what,
        `Remove integrity (embed.js changes with every update):\n${pasteTag(tag.src.origin)}`,
      );
    }
    if (!matchesDigest(integrity, tag.answer.bytes)) {
      const what = 'The tag’s integrity is of another version of embed.js: the browser refuses it.';
      return find(
        'integrity_mismatch',
        where,
        what,
        `Remove integrity (embed.js changes with every update):\n${pasteTag(tag.src.origin)}`,
      );
    }
    const what =
      'The tag’s integrity is right today. The next update of Afterword changes embed.js, and the conversation is gone.';
    return find(
      'integrity_pinned',
      where,
      what,
      `Remove integrity, or change it with every update; see ${DOCS}:\n${pasteTag(tag.src.origin)}`,
    );
  }),

  function isNotMixed({ tags, threads, url, page, visit }) {
    if (url.protocol !== 'https:') return [];
    const policies = [
      ...(visit.headers.get('Content-Security-Policy') ?? '').split(','),
      ...page.policies.map(({ text }) => text),
    ];
    if (policies.some((text) => /(?:^|;)\s*upgrade-insecure-requests\b/i.test(text))) return [];
    const asked = [...tags.map(({ src }) => src), ...threads.flatMap(({ api }) => api ?? [])];
    const wrong = asked.find((address) => isMixed(address, url));
    if (!wrong) return [];
    const what = `The page is https and asks ${wrong.origin}, which is not: browsers refuse that.`;
    return [
      find('mixed_content', wrong.origin, what, `Use https:\n${pasteTag(wrong.origin.replace('http:', 'https:'))}`),
    ];
  },
];

/** Only the strongest algorithm counts (Subresource Integrity, 3.3.3). */
function matchesDigest(integrity: string, bytes: Buffer): boolean {
  const all = [...integrity.matchAll(/(?:^|\s)(sha(?:256|384|512))-([A-Za-z0-9+/_-]+={0,2})/gi)];
  const strongest = all
    .map(([, name]) => name!.toLowerCase())
    .sort()
    .at(-1);
  // An attribute that names no known digest is none.
  if (!strongest) return true;
  const real = createHash(strongest).update(bytes).digest('base64');
  return all.some(
    ([, name, digest]) => name!.toLowerCase() === strongest && digest!.replace(/-/g, '+').replace(/_/g, '/') === real,
  );
}

/** Near enough: without the list of public suffixes, two labels are taken for a site. */
const sharesDomain = (a: string, b: string): boolean =>
  a.split('.').slice(-2).join('.') === b.split('.').slice(-2).join('.');
