import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../cli/root.ts';
import {
  classify,
  EMPTY_MODEL,
  holdAt,
  isTaught,
  type Model,
  parseModel,
} from '../../worker/moderation/classifier/bayes';
import {
  type Counts,
  count,
  formatBuckets,
  type Kind,
  newCounts,
  parseCounts,
} from '../../worker/moderation/classifier/counts';
import { joinText, listFeatures } from '../../worker/moderation/classifier/features';
import { PRIOR } from '../../worker/moderation/classifier/prior';

const readPrior = (kind: Kind): string[] =>
  readFileSync(join(ROOT, `test/fixtures/prior/${kind}.txt`), 'utf8')
    .trim()
    .split('\n');

function teach(lessons: [string, Kind][], counts = newCounts()): Counts {
  for (const [text, kind] of lessons) count(counts, text, kind, 1);
  return counts;
}
const toModel = (counts: Counts): Model =>
  parseModel({ site_id: 'main', version: 1, data: formatBuckets(counts), ...counts.totals });
const repeat = (times: number, text: string, kind: Kind): [string, Kind][] =>
  Array.from({ length: times }, (_, i) => [`${text} ${i}`, kind]);
const features = (text: string) => [...listFeatures(text).keys()];

describe('the prior', () => {
  it('is counted from its texts (after a change of them: npm run test:unit -- -u bayes)', async () => {
    const counts = newCounts();
    for (const kind of ['good', 'spam'] as const) for (const text of readPrior(kind)) count(counts, text, kind, 1);
    const { good, spam } = counts.totals;
    await expect(
      `/**
 * The prior, counted from test/fixtures/prior, which is all of our own writing: good.txt and spam.txt, a comment a line. Made by
 * test/unit/bayes.test.ts; after a change of texts or features: \`npm run test:unit -- -u bayes\`.
 */
export const PRIOR_TOTALS = { good: ${good}, spam: ${spam} };
export const PRIOR_DATA =
  '${formatBuckets(counts)}';
`,
    ).toMatchFileSnapshot('../../worker/moderation/classifier/prior-data.ts');
    expect(PRIOR).toEqual(counts);
  });

  it('holds spam of the usual kinds before anything is taught', () => {
    for (const text of [
      'Hey everybody, please check out my channel and subscribe!',
      'I earn $400 a day working from home, click here: http://work.example/?ref=12',
      'Buy followers and likes, cheapest prices, visit our website http://likes.example',
    ])
      expect(classify(EMPTY_MODEL, text).spamminess, text).toBeGreaterThanOrEqual(holdAt(EMPTY_MODEL));
  });

  it('lets good comments of many languages pass, and what it knows nothing of', () => {
    for (const text of [
      'Thanks, that was the missing step. It runs on my old laptop, too.',
      'Meiner Meinung nach fehlt im Artikel der wichtigste Grund.',
      "Je n'ai pas compris la dernière partie, quelqu'un peut m'aider ?",
      'Ik heb hetzelfde probleem sinds de laatste update.',
      'Мне кажется, тут всё гораздо проще.',
      '这个问题我也遇到过。',
      'これは知りませんでした。',
      'هذا رأي جيد لكنه ناقص.',
      'Zmrzlina byla lepší loni.',
      'https://pictures.example/holiday/beach.jpg',
      '',
    ])
      expect(classify(EMPTY_MODEL, text).spamminess, text).toBeLessThan(holdAt(EMPTY_MODEL));
  });
});

describe('the classifier', () => {
  it('learns what the site’s moderators call spam, and says by which words', () => {
    const model = toModel(
      teach([...repeat(25, 'the zeppelin lands at noon', 'spam'), ...repeat(25, 'the ferry leaves at noon', 'good')]),
    );
    const spam = classify(model, 'A zeppelin lands here.');
    expect(spam.spamminess).toBeGreaterThan(classify(EMPTY_MODEL, 'A zeppelin lands here.').spamminess);
    expect(spam.words.join(' ')).toContain('zeppelin');
    expect(classify(model, 'The zeppelin lands at noon').spamminess).toBeGreaterThanOrEqual(holdAt(model));
    expect(classify(model, 'The ferry leaves at noon').spamminess).toBeLessThan(0.5);
  });

  it('lets a site think otherwise than the prior', () => {
    const text = 'The casino closes at two, poker is on Mondays.';
    const before = classify(EMPTY_MODEL, text).spamminess;
    const model = toModel(teach(repeat(25, 'Last night at the casino I won at poker', 'good')));
    expect(classify(model, text).spamminess).toBeLessThan(before);
    expect(classify(model, text).spamminess).toBeLessThan(0.2);
  });

  it('does not take the language of spam for its sign where it knows no good comments of it', () => {
    const model = toModel(teach(repeat(40, 'ez egy nagyon olcsó bolt és ez nem vicc', 'spam')));
    expect(classify(model, 'ez nem egy nagyon jó ötlet').spamminess).toBeLessThan(holdAt(model));
  });

  it('is taught when it knows enough of both kinds, and then holds more', () => {
    expect(isTaught(EMPTY_MODEL)).toBe(false);
    expect(isTaught(toModel(teach(repeat(30, 'one', 'spam'))))).toBe(false);
    const taught = toModel(teach([...repeat(20, 'one', 'spam'), ...repeat(20, 'two', 'good')]));
    expect(isTaught(taught)).toBe(true);
    expect(holdAt(taught)).toBeLessThan(holdAt(EMPTY_MODEL));
  });

  it('answers with a probability, whatever it is asked', () => {
    const model = toModel(teach([...repeat(20, 'one', 'spam'), ...repeat(20, 'two', 'good')]));
    const hostile = [
      '\ud800',
      '\udfff\ud800 a\udc00b',
      '\u0301'.repeat(5_000),
      'é'.repeat(10_000),
      `${'a.'.repeat(5_000)}com`,
      'a@'.repeat(5_000),
      '&#x110000;&#999999;&#0;&bogus;&amp;',
      '<a '.repeat(5_000),
      '[url='.repeat(4_000),
      '-'.repeat(10_000),
      '1 '.repeat(5_000),
      '漢'.repeat(10_000),
      'https://'.repeat(1_000),
      '\u001f\u001f\u001f',
      '__proto__ constructor',
    ];
    const isProbability = (text: string) => {
      const { spamminess, words } = classify(model, text);
      return spamminess >= 0 && spamminess <= 1 && words.length <= 5;
    };
    for (const text of hostile) expect(isProbability(text), text.slice(0, 20)).toBe(true);
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), isProbability));
  });

  it('takes little time, whatever it is asked', () => {
    const time = (text: string) => {
      const from = performance.now();
      listFeatures(text);
      return performance.now() - from;
    };
    for (const unit of ['a.', 'a@b.', '<a ', '[url=', '1-', 'x://', '&#1', 'é', '漢', '- ', "a'"])
      expect(Math.min(...[1, 2, 3].map(() => time(unit.repeat(40_000 / unit.length)))), unit).toBeLessThan(100);
  });
});

describe('features', () => {
  it('are the same for what reads the same', () => {
    for (const [one, other] of [
      ['Visit my page', 'ＶＩＳＩＴ my page'],
      ['Visit my page', 'Vi\u200bsit m\u00ady page'],
      ['that’s it', "that's it"],
      ['so cooool', 'so cooooooool'],
      ['a &amp; b', 'a & b'],
    ] as const)
      expect(features(other.toLowerCase()), other).toEqual(features(one.toLowerCase()));
  });

  it('tell where links lead, and how much is said beside them', () => {
    const alone = features('https://www.shop.example/cheap/shoes?id=1');
    expect(alone).toEqual(expect.arrayContaining(['to shop.example', 'to /cheap', 'to /shoes', 'a link alone']));
    expect(features('see shop.example for it')).toContain('an address without http');
    expect(features('<a href="https://shop.example">x</a>')).toContain('a link in HTML or BBCode');
    expect(features('https://shop.example/cat.png')).not.toContain('a link alone');
  });

  it('keep name and website apart from what is written', () => {
    const found = features(joinText('Nice.', 'Cheap Shoes', 'https://shoes.example/'));
    expect(found).toEqual(expect.arrayContaining(['nice', 'name: cheap', 'name: shoes', 'website: shoes.example']));
    expect(found).not.toContain('shoes');
    expect(features(joinText('a\u001fb'))).toEqual(features('a b'));
  });

  it('of a long text are those of its beginning and its end', () => {
    const found = features(`alpha ${'la '.repeat(3_000)} omega`);
    expect(found).toEqual(expect.arrayContaining(['alpha', 'omega']));
    expect(features(`${'la '.repeat(1_100)} middle ${'la '.repeat(3_000)}`)).not.toContain('middle');
  });

  it('of languages without spaces are pairs of letters', () => {
    expect(features('你好吗')).toEqual(expect.arrayContaining(['你好', '好吗']));
  });
});

describe('counts', () => {
  it('come back from the database as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.constantFrom<Kind>('good', 'spam'))), (lessons) => {
        const counts = teach(lessons);
        expect(parseCounts(formatBuckets(counts), counts.totals)).toEqual(counts);
      }),
      { numRuns: 20 },
    );
  });

  it('are what they were when a lesson is taken back', () => {
    const counts = teach([['one two three', 'good']]);
    const before = structuredClone(counts);
    count(counts, 'two three four', 'spam', 1);
    expect(counts).not.toEqual(before);
    count(counts, 'two three four', 'spam', -1);
    expect(counts).toEqual(before);
  });

  it('never fall below nothing', () => {
    const counts = newCounts();
    count(counts, 'never learnt', 'good', -1);
    expect(counts).toEqual(newCounts());
  });

  it('fade before they overflow', () => {
    const counts = newCounts();
    for (let i = 0; i < 20_001; i++) count(counts, 'x', 'spam', 1);
    expect(counts.totals.spam).toBe(10_001);
    expect(Math.max(...counts.buckets.spam)).toBe(10_001);
  });

  it('that are damaged count as none', () => {
    const data = formatBuckets(teach(repeat(9, 'some words', 'good')));
    for (const bad of ['', 'AA', 'not base64 at all!', data.slice(0, -3), `B${data.slice(1)}`, `${data}_____`])
      expect(parseCounts(bad, { good: 9, spam: 0 }), bad).toEqual(newCounts());
  });
});
