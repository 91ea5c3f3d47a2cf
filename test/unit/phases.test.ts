/** The phases of moderation, one by one: what each finds, and what it must not take for it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../worker/admin/settings';
import { renderMarkdown } from '../../worker/comments/markdown';
import { EMPTY_MODEL } from '../../worker/moderation/classifier/bayes';
import { EDIT_PHASES, judge, PHASES } from '../../worker/moderation/phases';
import { describeComment, type Written } from '../../worker/moderation/text/describe';
import { isNearPrint, isSamePrint, printOf } from '../../worker/moderation/text/print';
import type { Facts, Recent } from '../../worker/moderation/verdict';

const NOW = 1_790_000_000_000;
const comment = (body: string, over: Partial<Written> = {}) =>
  describeComment({
    id: null,
    body,
    html: renderMarkdown(body, { images: false }),
    name: 'Mika',
    email: null,
    url: null,
    authorId: 'key-of-mika',
    ipHash: 'hash-of-address',
    netHash: 'hash-of-network',
    address: '203.0.113.9',
    pageId: 'page',
    trap: null,
    writtenMs: null,
    ...over,
  });
/** @param settings of the site @param over what is known of a stranger on a page with comments */
const facts = (settings: object = {}, over: Partial<Facts> = {}): Facts => ({
  now: NOW,
  host: 'blog.example',
  settings: parseSettings(JSON.stringify(settings)),
  team: [],
  verified: false,
  history: { approved: 0, rejected: 0 },
  recent: [],
  bans: [],
  pageCount: 3,
  model: EMPTY_MODEL,
  attack: false,
  settled: false,
  ...over,
});
const KNOWN = { history: { approved: 5, rejected: 0 }, settled: true };
/** `phase says`, of every phase that says something. */
const said = (body: string, over: Partial<Written> = {}, given: Facts = facts()) =>
  judge(comment(body, over), given).map(({ phase, says }) => `${phase} ${says}`);
const reason = (body: string, over: Partial<Written> = {}, given: Facts = facts()) =>
  judge(comment(body, over), given)[0]!.reason;

/** What good people write. */
const GOOD = [
  'Thanks!',
  '+1',
  '👍🏽',
  'LOL',
  'This helped me a lot, thank you. One question: does it work with the new version, too?',
  'I wrote about the same in 2019: https://other.example/notes — your second point is new to me.',
  'Try `npm ci` instead:\n\n```sh\nrm -rf node_modules && npm ci\n```\n\nThat did it for me (Node 22, Debian).',
  '> The cat sat on the mat.\n\nIt did not. See chapter 3.',
  'Vielen Dank für diesen Artikel! Die Größenangaben in Abschnitt 2 stimmen bei mir leider nicht ganz.',
  'Merci beaucoup, c’est exactement ce que je cherchais. Où peut-on trouver la suite ?',
  '¡Qué buen artículo! Me quedó una duda: ¿cómo se hace en Windows?',
  'Большое спасибо за статью! Подскажите, пожалуйста, как это сделать в последней версии?',
  'Дякую, дуже корисно. А чи буде продовження?',
  'とても参考になりました。ありがとうございます！次の記事も楽しみにしています。wwwwww',
  '非常感谢,这篇文章帮了我大忙。请问第二步的配置文件在哪里?哈哈哈哈哈哈',
  '감사합니다! 정말 많은 도움이 되었어요. ㅋㅋㅋㅋㅋㅋㅋ',
  'شكرًا جزيلًا على هذا المقال الرائع، لقد استفدتُ منه كثيرًا.',
  'בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים אֵ֥ת הַשָּׁמַ֖יִם וְאֵ֥ת הָאָֽרֶץ׃',
  'बहुत बढ़िया लेख! क्या आप इसका अगला भाग भी लिखेंगे?',
  'บทความดีมากเลยครับ ขอบคุณมาก 555555',
  'Σε ευχαριστώ πολύ για το άρθρο, με βοήθησε πάρα πολύ.',
  'میں\u200cنے یہ مضمون پڑھا، بہت شکریہ۔ می\u200cخواهم بدانم',
  'The value is 3.14159265358979323846264338327950288419716939937510 ± 0.01 μm at 25 °C.',
  '----------------------------------------------------------------------\nA ruler above.',
  'Haha nooooooooooooo, that is so true!!!!!!!',
  'The soft\u00adhyphens come from your own page, where I copied this word: Donau\u00addampf\u00adschiff\u00adfahrt.',
];

describe('the phases', () => {
  it.each(GOOD)('let a stranger’s good comment pass: %s', (body) => {
    expect(said(body)).toEqual([]);
  });

  it('have names that filters take, and say what they found', () => {
    for (const { name } of PHASES) expect(name).toMatch(/^[a-z_]{1,30}$/);
    expect(new Set(PHASES.map(({ name }) => name)).size).toBe(PHASES.length);
  });

  it('lose no comment when one of them fails: it is held, and says so', () => {
    const broken = {
      name: 'broken',
      onEdit: false,
      judge: () => {
        throw new TypeError('oh');
      },
    };
    expect(judge(comment('Hello'), facts(), [broken, ...PHASES])).toEqual([
      { phase: 'broken', says: 'hold', reason: 'This check failed, so nothing is known: TypeError: oh' },
    ]);
  });

  it('end at a refusal', () => {
    const given = facts({ rules: [{ match: 'text', pattern: 'hello', says: 'refuse' }], hold: true });
    expect(said('Hello', {}, given)).toEqual(['rules refuse']);
  });

  it('never fail, whatever is written', () => {
    const settings = {
      languages: ['de', 'ja'],
      rules: [
        { match: 'regex', pattern: '(a|b)*c$', says: 'hold' },
        { match: 'word', pattern: 'casino', says: 'spam' },
      ],
      team: [{ name: 'Marigold' }],
    };
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
    );
    fc.assert(
      fc.property(text, text, text, (body, name, url) => {
        for (const { reason: why } of judge(comment(body, { name, url, email: name }), facts(settings)))
          expect(why).not.toMatch(/failed/);
      }),
      { numRuns: 300 },
    );
  });

  it('take a time that grows with the text, and no more', () => {
    const settings = { languages: ['de'], rules: [{ match: 'regex', pattern: '(x+x+)+y', says: 'hold' }] };
    const units = [
      'a',
      'а',
      'x ',
      'http://a.b ',
      'a.',
      '\u0301',
      '\u200b',
      '<a ',
      '[url=',
      '哈',
      'aа',
      '\ud800',
      '&lt;',
      '@',
    ];
    for (const unit of units) {
      const time = (bytes: number) => {
        const body = unit.repeat(Math.floor(bytes / unit.length));
        // Rendering has limits and tests of its own.
        const one = { ...comment(''), ...comment('', { html: body, body }), body };
        const start = performance.now();
        judge(one, facts(settings));
        return performance.now() - start;
      };
      time(1_000);
      expect(time(40_000), JSON.stringify(unit)).toBeLessThan(1_000);
    }
  });
});

describe('shape', () => {
  it('holds what is shouted throughout by strangers, not what is short or by people one knows', () => {
    const loud = 'THIS IS THE MOST AMAZING OFFER THAT YOU WILL EVER SEE IN ALL OF YOUR LIFE SO COME AND LOOK';
    expect(said(loud, {}, facts({ classifier: false }))).toEqual(['shouting hold']);
    expect(reason(loud)).toMatch(/^\d+ of \d+ letters are capitals\.$/);
    expect(said(loud, {}, facts({}, KNOWN))).toEqual([]);
    expect(said('WHAT A GREAT DAY, THANK YOU!')).toEqual([]);
    expect(said(`NASA, ESA, JAXA, ISRO and CNSA all use ${'SI units '.repeat(5)}`)).toEqual([]);
  });

  it('holds one letter over and over', () => {
    expect(said('a'.repeat(80))).toEqual(['repetition hold']);
    expect(said(`Nice ${'😀'.repeat(90)} page, I like it`)).toEqual(['repetition hold']);
    expect(said('哈'.repeat(100))).toEqual(['repetition hold']);
    expect(said('='.repeat(300))).toEqual([]);
    expect(said('哈'.repeat(20))).toEqual([]);
  });

  it('holds marks heaped upon letters, in text and name', () => {
    const heap = `H${'\u0336\u0348\u034d'.repeat(3)}ello`;
    expect(said(`${heap} there`)).toEqual(['stacked_marks hold']);
    expect(said('Hello', { name: heap })).toEqual(['stacked_marks hold']);
  });

  it('holds words that invisible characters take apart', () => {
    const split = (word: string) => word.split('').join('\u200b');
    expect(said(`Bring ${split('cheap')} things`)).toEqual(['hidden_characters hold']);
  });

  it('holds words of letters that pass for others, and no words of languages', () => {
    expect(said('Buy vi\u0430gr\u0430 here', {}, facts({ classifier: false }))).toEqual(['masked_words hold']);
    expect(said('Hello', { name: 'M\u0430rigold' })).toEqual(['masked_words hold']);
    expect(said('Мой VPN-сервер и SMSки, Wi-Fi')).toEqual([]);
  });
});

describe('robots', () => {
  it('fall into the trap', () => {
    expect(said('Hello', { trap: 'https://x.example' })).toEqual(['honeypot spam']);
    expect(said('Hello', { trap: ' ' })).toEqual([]);
  });

  it('write faster than one can', () => {
    const body = 'A sentence that takes a while to write.';
    expect(said(body, { writtenMs: 300 })).toEqual(['hurry hold']);
    expect(said(body, { writtenMs: 9_000 })).toEqual([]);
    expect(said('Thanks a lot!', { writtenMs: 300 })).toEqual([]);
    expect(said(body, { writtenMs: 300 }, facts({}, { verified: true }))).toEqual([]);
  });

  const one = (n: number, over: Partial<Recent> = {}): Recent => ({
    id: String(n),
    page_id: 'page',
    status: 'approved',
    author_id: null,
    ip_hash: null,
    net_hash: null,
    print: '',
    created_at: NOW - n * 2_000,
    ...over,
  });
  const many = (n: number, over: Partial<Recent>) => Array.from({ length: n }, (_, i) => one(i + 1, over));

  it('come in numbers: from one key, one address, one network', () => {
    expect(said('Hi', {}, facts({}, { recent: many(8, { author_id: 'key-of-mika' }), ...KNOWN }))).toEqual([
      'rate hold',
    ]);
    expect(said('Hi', {}, facts({}, { recent: many(7, { author_id: 'key-of-mika' }), ...KNOWN }))).toEqual([]);
    const here = many(10, { ip_hash: 'hash-of-address' });
    expect(said('Hi', {}, facts({}, { recent: here }))).toEqual(['rate hold']);
    expect(said('Hi', {}, facts({}, { recent: here.slice(1) }))).toEqual([]);
    expect(said('Hi', {}, facts({}, { recent: here, ...KNOWN }))).toEqual([]);
    expect(said('Hi', {}, facts({}, { recent: many(30, { net_hash: 'hash-of-network' }) }))).toEqual(['rate hold']);
    expect(said('Hi', {}, facts({}, { recent: here, now: NOW + 3_600_000 }))).toEqual([]);
  });

  it('are not told by an address that is nobody’s own', () => {
    const recent = many(50, { ip_hash: 'hash-of-address', net_hash: 'hash-of-network' });
    for (const address of ['127.0.0.1', '::1', '10.1.2.3', 'unknown', null])
      expect(said('Hi', { address }, facts({}, { recent }))).toEqual([]);
  });
});

describe('trust', () => {
  it('is what the site asks for', () => {
    expect(said('Hi', {}, facts({ hold: true }))).toEqual(['everything hold']);
    expect(said('Hi', {}, facts({ trustAfter: 1 }))).toEqual(['newcomer hold']);
    expect(said('Hi', {}, facts({ trustAfter: 5 }, KNOWN))).toEqual([]);
    expect(said('Hi', {}, facts({ trustAfter: 6 }, KNOWN))).toEqual(['newcomer hold']);
    expect(said('Hi', {}, facts({ holdNewPages: true }))).toEqual([]);
    expect(said('Hi', {}, facts({ holdNewPages: true }, { pageCount: 0 }))).toEqual(['new_page hold']);
    expect(said('Hi', { pageId: null }, facts({ holdNewPages: true }))).toEqual(['new_page hold']);
  });

  it('is lost by what moderators removed', () => {
    expect(said('Hi', {}, facts({}, { history: { approved: 1, rejected: 2 } }))).toEqual(['history hold']);
    expect(said('Hi', {}, facts({}, { history: { approved: 9, rejected: 2 } }))).toEqual([]);
    expect(said('Hi', {}, facts({}, { history: { approved: 0, rejected: 1 } }))).toEqual([]);
  });

  it('is not gained by a harmless comment of just now, unless the site’s moderators approve them', () => {
    const loud = 'LOOK AT THIS WONDERFUL OFFER WHICH YOU WILL NOT FIND ANYWHERE ELSE IN THE WORLD, EVER';
    const justNow = { history: { approved: 2, rejected: 0 }, settled: false };
    expect(said(loud, {}, facts({}, justNow))).toEqual(['shouting hold']);
    expect(said(loud, {}, facts({}, KNOWN))).toEqual([]);
    expect(said(loud, {}, facts({ trustAfter: 2 }, justNow))).toEqual([]);
  });

  it('is what attack mode asks of those who are not settled', () => {
    expect(said('Hi', {}, facts({}, { attack: true }))).toEqual(['attack hold']);
    expect(said('Hi', {}, facts({}, { attack: true, ...KNOWN }))).toEqual([]);
  });

  it.each([
    'Marigold',
    'MARIGOLD ✓',
    'Mar1gold (admin)',
    'The Moderator',
    'admin',
    'Модератор',
    '관리자',
    'Modérateur',
  ])('is not had by a name: %s', (name) => {
    expect(said('Hi', { name }, facts({ team: [{ name: 'Marigold' }] })).map((one) => one.split(' ')[0])).toEqual([
      'reserved_name',
    ]);
  });

  it.each(['Mari', 'Marigoldine', 'Adminah', 'Teamu Rootsson', '🙂', '김하나'])('is not lost by a name: %s', (name) => {
    expect(said('Hi', { name }, facts({ team: [{ name: 'Marigold' }, { name: '🙂🙂' }] }))).toEqual([]);
  });
});

describe('links', () => {
  const links = (n: number) =>
    Array.from({ length: n }, (_, i) => `a look at https://site${i}.example/x`).join(', and ');

  it('are held when they are more than the site allows, whoever writes', () => {
    expect(said(links(4), {}, facts({}, KNOWN))).toEqual(['links hold']);
    expect(reason(links(4), {}, facts({}, KNOWN))).toBe('4 links; this site allows 3.');
    expect(said(links(3), {}, facts({}, KNOWN))).toEqual([]);
    expect(said(links(1), {}, facts({ maxLinks: 0 }, KNOWN))).toEqual(['links hold']);
  });

  it('count once each, and not at all within the site', () => {
    expect(
      said('https://a.example https://a.example https://a.example and more of it', {}, facts({ maxLinks: 1 })),
    ).toEqual([]);
    expect(
      said(
        'See [one](/a), [two](https://blog.example/b) and [three](//www.blog.example/c).',
        {},
        facts({ maxLinks: 0 }),
      ),
    ).toEqual([]);
  });

  it('are one for a stranger where the classifier is off', () => {
    expect(said(links(2), {}, facts({ classifier: false }))).toEqual(['links hold']);
    expect(said(links(2), {}, facts({ classifier: false }, { verified: true }))).toEqual([]);
  });

  it('in the code of forums are held', () => {
    expect(said('Look at this: [url=https://a.example]my page[/url]')).toContain('links hold');
    expect(said('Look at this: <a href="https://a.example">my page</a>')).toContain('links hold');
    expect(said('Write `<a href="/x">` for that.')).toEqual([]);
  });

  it('are held when a stranger has nothing else to say', () => {
    const phases = (body: string, over = {}) => said(body, over, facts({ classifier: false, maxLinks: 9 }));
    expect(phases('https://a.example/1 https://b.example/2')).toContain('only_links hold');
    expect(phases('https://a.example/1', { url: 'https://b.example/' })).toEqual(['only_links hold']);
    expect(phases('https://a.example/1')).toEqual([]);
  });
});

describe('copies', () => {
  const TEXT =
    'What a wonderful page you have here! I have told all of my friends about it, and they will visit it soon, too.';
  const was = (body: string, over: Partial<Recent> = {}): Recent => ({
    id: 'other',
    page_id: 'page',
    status: 'approved',
    author_id: 'key-of-noor',
    ip_hash: null,
    net_hash: null,
    print: comment(body).print,
    created_at: NOW - 120_000,
    ...over,
  });

  it('are found whatever case, spaces and punctuation, and when a word is another', () => {
    const print = (body: string) => comment(body).print;
    expect(isSamePrint(print(TEXT), print(TEXT.toUpperCase().replaceAll(',', ' –')))).toBe(true);
    expect(isNearPrint(print(TEXT), print(TEXT.replace('wonderful', 'splendid')))).toBe(true);
    expect(isNearPrint(print(TEXT), print(`${TEXT} x83kd`))).toBe(true);
    expect(isNearPrint(print(TEXT), print(GOOD[4]!))).toBe(false);
    expect(printOf('Thanks!')).toBe('');
  });

  it('by the same author just before are one press too many', () => {
    const mine = { author_id: 'key-of-mika' };
    expect(said(TEXT, {}, facts({}, { recent: [was(TEXT, mine)], ...KNOWN }))).toEqual(['doubled hold']);
    expect(reason(TEXT, {}, facts({}, { recent: [was(TEXT, mine)] }))).toBe(
      'Its author posted the same here 2 min ago.',
    );
    expect(said(TEXT, {}, facts({}, { recent: [was(TEXT, mine)], ...KNOWN, now: NOW + 3_600_000 }))).toEqual([]);
    expect(said('Thanks!', {}, facts({}, { recent: [was('Thanks!', mine)] }))).toEqual([]);
  });

  it('of a long text by others are held, of what was removed are spam, and many are', () => {
    const given = (recent: Recent[]) => facts({}, { recent });
    expect(said(TEXT, {}, given([was(TEXT)]))).toEqual(['copies hold']);
    expect(said(TEXT, {}, given([was(TEXT, { page_id: 'another', status: 'spam' })]))).toEqual(['copies spam']);
    expect(said(TEXT, {}, given([was(TEXT), was(TEXT), was(TEXT)]))).toEqual(['copies spam']);
    expect(said(TEXT, {}, given([was(TEXT, { status: 'deleted' })]))).toEqual([]);
    const short = 'Thank you, that helped me!';
    expect(said(short, {}, given([was(short), was(short), was(short)]))).toEqual([]);
    const japanese = 'とても素晴らしいページですね。友達みんなに教えました。すぐに見に来ると思います。';
    expect(said(japanese, {}, given([was(japanese)]))).toEqual(['copies hold']);
  });

  it('are not what somebody answers to', () => {
    expect(said(`> ${TEXT}\n\nI doubt it.`, {}, facts({}, { recent: [was(TEXT)] }))).toEqual([]);
  });
});

describe('languages', () => {
  const phases = (languages: string[], body: string) => said(body, {}, facts({ languages }));
  const RUSSIAN = 'Большое спасибо за статью, очень помогло разобраться в этой теме.';
  const GERMAN =
    'Vielen Dank für den ausführlichen Artikel, das hat mir wirklich sehr geholfen, auch wenn ich nicht mit allem ganz einverstanden bin.';
  const ENGLISH =
    'I have been following this page for years, and this article answered a question that I have had about bread since I was a child.';

  it('that nobody asked for do not matter', () => {
    for (const body of [RUSSIAN, GERMAN, ENGLISH]) expect(phases([], body)).toEqual([]);
  });

  it('are told by their script', () => {
    expect(phases(['en'], RUSSIAN)).toEqual(['script hold']);
    expect(reason(RUSSIAN, {}, facts({ languages: ['en'] }))).toMatch(
      /^\d+ of \d+ letters are of no script of English\.$/,
    );
    expect(phases(['en', 'ru'], RUSSIAN)).toEqual([]);
    expect(phases(['ja'], 'とても参考になりました。漢字も読めます。')).toEqual([]);
    expect(phases(['ja'], '정말 많은 도움이 되었어요. 감사합니다!')).toEqual(['script hold']);
    expect(phases(['ru'], ENGLISH)).toEqual(['script hold']);
    expect(phases(['ru'], 'Docker Compose и Kubernetes: спасибо!')).toEqual([]);
    expect(phases(['en'], 'The word “привет” means hello, and α is a letter.')).toEqual([]);
  });

  it('are told by their words', () => {
    expect(phases(['en'], GERMAN)).toEqual(['language hold']);
    expect(reason(GERMAN, {}, facts({ languages: ['en'] }))).toBe('It seems to be German, not English.');
    expect(phases(['de'], ENGLISH)).toEqual(['language hold']);
    expect(phases(['de', 'en'], ENGLISH)).toEqual([]);
    expect(phases(['de'], GERMAN)).toEqual([]);
    expect(phases(['de'], 'Thanks, great article!')).toEqual([]);
    expect(phases(['de'], `> ${ENGLISH}\n\nDas geht mir auch so.`)).toEqual([]);
  });

  it('that cannot be told apart hold nothing', () => {
    expect(phases(['fi'], GERMAN)).toEqual([]);
    expect(phases(['xx'], RUSSIAN)).toEqual([]);
  });
});

describe('bans', () => {
  const BAN = { silent: 0, expires_at: null };
  const banned = (kind: 'author' | 'ip' | 'cidr' | 'email' | 'domain' | 'network', value: string, over = {}) =>
    facts({}, { bans: [{ kind, value, ...BAN, ...over }] });

  it.each([
    ['author', 'key-of-mika'],
    ['ip', 'hash-of-address'],
    ['network', 'hash-of-network'],
    ['cidr', '203.0.113.0/24'],
    ['email', 'mika@mail.example'],
    ['domain', 'mail.example'],
    ['domain', 'evil.example'],
    ['domain', 'xn--bcher-kva.example'],
    ['domain', 'home.example'],
  ] as const)('of an %s are kept: %s', (kind, value) => {
    const body = 'See [this](https://a.b.EVIL.example/x) and https://bücher.example/ too.';
    const over = { email: 'Mika+tag@Mail.example', url: 'https://www.home.example/me' };
    expect(said(body, over, banned(kind, value))).toEqual(['bans refuse']);
    expect(said(body, over, banned(kind, value, { silent: 1 }))).toEqual(['bans spam']);
    expect(said(body, over, banned(kind, value, { expires_at: NOW }))).toEqual([]);
  });

  it.each([
    ['author', 'key-of-noor'],
    ['cidr', '203.0.114.0/24'],
    ['cidr', '2001:db8::/32'],
    ['email', 'mika@other.example'],
    ['domain', 'vil.example'],
    ['domain', 'example'],
  ] as const)('of another %s are not meant: %s', (kind, value) => {
    const over = { email: 'mika@mail.example', url: null };
    expect(said('See https://evil.example/x', over, banned(kind, value))).toEqual([]);
  });

  it('find a domain behind escapes, entities and other dots', () => {
    for (const link of [
      '[x](https://evil\\.example)',
      '[x](https://evil&#46;example)',
      '[x](//evil.example)',
      '[x](https://evil。example/)',
      '![x](https://evil.example/a.png)',
      '[x](https://good.example@evil.example/)',
    ])
      expect(said(`Look: ${link}`, {}, banned('domain', 'evil.example')), link).toContain('bans refuse');
  });
});

describe('rules', () => {
  const rule = (match: string, pattern: string, over: object = {}) => ({ match, pattern, says: 'hold', ...over });
  const met = (one: object, body: string, over: Partial<Written> = {}) => said(body, over, facts({ rules: [one] }));

  it('find texts anywhere, and words between what is no letter', () => {
    expect(met(rule('text', 'casino'), 'MyCASINOpage')).toEqual(['rules hold']);
    expect(met(rule('word', 'casino'), 'My casino-page')).toEqual(['rules hold']);
    expect(met(rule('word', 'casino'), 'MyCASINOpage')).toEqual([]);
    expect(met(rule('word', 'cas'), 'casino, cas9')).toEqual([]);
    expect(met(rule('word', 'straße'), 'In der Straße.')).toEqual(['rules hold']);
    expect(met(rule('word', 'ино'), 'казино')).toEqual([]);
    expect(met(rule('text', '赌场'), '最好的赌场在这里')).toEqual(['rules hold']);
  });

  it('find expressions, case aside', () => {
    expect(met(rule('regex', 'v[i1]agr[a4]'), 'V1AGR4!')).toEqual(['rules hold']);
    expect(met(rule('regex', '^buy'), 'Do not buy')).toEqual([]);
    expect(met(rule('regex', '\\p{Han}{3}'), '最好的')).toEqual(['rules hold']);
  });

  it('read what people read', () => {
    for (const body of [
      'vi\u0430gr\u0430',
      'v\u200bi\u00adagra',
      'ｖｉａｇｒａ',
      '𝓿𝓲𝓪𝓰𝓻𝓪',
      'vi**ag**ra',
      'v&#105;agra',
    ])
      expect(met(rule('word', 'viagra'), body), body).toContain('rules hold');
    expect(met(rule('text', 'pom'), 'porn')).toEqual([]);
  });

  it('look where they are told to', () => {
    const over = { name: 'Nameword', email: 'mailword@x.example', url: 'https://urlword.example/' };
    const body = 'A bodyword and [a link](https://linkword.example/)';
    const words = { name: 'nameword', email: 'mailword', url: 'urlword', link: 'linkword', body: 'bodyword' };
    for (const [field, word] of Object.entries(words)) {
      expect(met(rule('text', word, { in: field }), body, over), field).toEqual(['rules hold']);
      expect(met(rule('text', word), body, over), field).toEqual(['rules hold']);
    }
    expect(met(rule('text', 'nameword', { in: 'body' }), body, over)).toEqual([]);
    expect(met(rule('text', 'bodyword', { in: 'name' }), body, over)).toEqual([]);
  });

  it('count by the gravest, and name it', () => {
    const rules = [rule('text', 'a'), rule('text', 'b', { says: 'refuse' }), rule('text', 'c', { says: 'spam' })];
    expect(said('abc', {}, facts({ rules }))).toEqual(['rules refuse']);
    expect(reason('abc', {}, facts({ rules }))).toBe('It meets rule 2 (text “b”).');
  });

  it('that cannot be read count as none, and the others hold', () => {
    const rules = [rule('regex', '(('), rule('regex', 'x(?=y)'), rule('regex', '\\pL{900}'), rule('text', 'hello')];
    expect(said('hello ((', {}, facts({ rules }))).toEqual(['rules hold']);
  });
});

describe('an edit', () => {
  it('passes what is about the text, and not what is about the moment of writing', () => {
    const names = EDIT_PHASES.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['bans', 'rules', 'links', 'classifier', 'copies', 'language']));
    for (const name of ['honeypot', 'hurry', 'rate', 'everything', 'new_page']) expect(names).not.toContain(name);
  });
});
