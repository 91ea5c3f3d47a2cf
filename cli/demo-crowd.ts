/** A thousand made-up comments for the demo's long page: the same ones every time, no two alike, in a mixed tree. */
import type { SeedComment, SeedPage } from './seed.ts';

export const CROWD_PAGE: Omit<SeedPage, 'comments'> = {
  path: '/demo/thousand',
  title: 'What small thing made your day?',
};

const COUNT = 1000;
const SPAN_HOURS = 24 * 45;
/** Of ten comments, so many answer an earlier one. */
const REPLIES_OF_TEN = 6;
/** Replies prefer what was said lately, which is how branches grow deep. */
const RECENT = 25;

const NAMES = (
  'Ada Aiko Amara Anton Asha Basma Bela Bruno Carmen Chidi Dalia Dario Edith Elif Emeka Esra Farah Felix Flora Goran ' +
  'Hana Hugo Ida Ilse Imre Ines Ivo Jana Joon Juno Kaito Kaya Lale Lars Leila Lior Lucia Magnus Malik Mina Nadia Nils ' +
  'Noor Olga Omar Otto Paz Petra Pia Quinn Rafa Rosa Ruben Sana Selma Sora Tariq Thea Tomas Uma Vera Viktor Wanda Yara ' +
  'Yusuf Zoe Олена Мила Нора Ελένη Νίκος さくら 健 悠 小雨 明 지우 하늘 ليلى سمير نور יעל נועם आशा'
).split(' ');

const OPENERS = [
  'This morning',
  'On the way to work',
  'Between two meetings',
  'At the bus stop',
  'In the queue at the bakery',
  'Just before the rain',
  'On the stairs',
  'Halfway through the laundry',
  'At the library',
  'While the kettle boiled',
  'On the last train',
  'In the park behind the school',
];
const WHO = [
  'a stranger',
  'my neighbour',
  'the postwoman',
  'a boy with a cello',
  'an old man in a red hat',
  'the dentist, of all people,',
  'my daughter',
  'a very serious dog',
  'the woman from the third floor',
  'somebody I had not seen in ten years',
];
const DID = [
  'held the door with one foot and a smile',
  'gave me the heel of the loaf because “you look like a heel person”',
  'waved at the wrong person, who waved back',
  'was humming the song I had been trying to remember since Thursday',
  'handed back the umbrella I lost in spring',
  'said my name right the first time',
  'asked how the tomatoes were doing, and meant it',
  'fell asleep on the bench with a book open at the best page',
  'left a note that only said “keep going”',
  'shared an orange, piece by piece, without a word',
  'stopped to let a snail finish crossing',
];
const AFTERTHOUGHTS = [
  'I have been carrying it around all day.',
  'Nothing else happened, and nothing else needed to.',
  'It cost nothing and I would pay for it.',
  'I am going to try it on somebody tomorrow.',
  'My tea went cold and I did not mind.',
  'I wrote it down so that I could not lose it.',
  'That was the whole day, really. :)',
  'It is *still* making me laugh.',
  'There should be a word for that.',
  'Small things have **terrible** publicity.',
];
const ANSWERS = [
  'I know exactly that face.',
  'You have made my day by proxy, which I think should count.',
  'Same here, except that in my case it was a goose.',
  'I read this twice, and then aloud to whoever was in the room.',
  'Please tell me you said thank you.',
  'This is why I read the comments.',
  'We need to know what happened next.',
  'I would like to disagree, for balance, but I cannot.',
  'Something very like it happened to my father, and he told it for thirty years.',
  'And people say that nothing happens in small towns.',
  'I have had a bad week, and this helped. Thank you.',
  'The detail that gets me is that nobody was watching.',
];
const FOLLOW_UPS = [
  'Did you ever find out why?',
  'I hope it happens to you again.',
  'I am stealing this for my own week.',
  'More of this, please.',
  'It was raining here as well.',
  'Mine would have been about bread.',
  'Now I am looking at everybody on this bus differently.',
  'I owe somebody an orange.',
  'That is all. Carry on.',
];
const ELSEWHERE = [
  '朝、となりの人が「いい天気ですね」と言ってくれた。それだけで一日よかった。',
  'اليوم ابتسم لي الخبّاز قبل أن أطلب، كأنه يعرف ما أريد.',
  'היום מישהו שמר לי מקום בתור, ולא ביקש כלום.',
  'Сегодня трамвай подождал меня. Целых десять секунд!',
  '오늘 버스 기사님이 “천천히 오세요”라고 말해 주셨어요.',
  'Σήμερα κάποιος μου χάρισε ένα λεμόνι από τον κήπο του.',
  'आज बारिश में किसी ने अपना आधा छाता दे दिया।',
];

/** mulberry32: small, and the same on every machine. */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Oldest first; a reply always follows what it answers. */
export function makeCrowd(): SeedComment[] {
  const random = makeRandom(1000);
  const below = (n: number) => Math.floor(random() * n);
  const pick = (from: readonly string[]) => from[below(from.length)]!;
  const story = () => `${pick(OPENERS)}, ${pick(WHO)} ${pick(DID)}. ${pick(AFTERTHOUGHTS)}`;
  const comments: SeedComment[] = [];
  for (let i = 0; i < COUNT; i++) {
    const isReply = i > 0 && below(10) < REPLIES_OF_TEN;
    const parent = isReply ? comments[Math.max(0, i - 1 - below(RECENT))] : undefined;
    let body = parent ? `${pick(ANSWERS)} ${pick(FOLLOW_UPS)}` : story();
    if (!parent && below(20) === 0) body = pick(ELSEWHERE);
    if (below(12) === 0) body += `\n\n${story()}\n\n${story()}`;
    comments.push({
      key: String(i),
      ...(parent && { replyTo: parent.key }),
      author: { name: pick(NAMES) },
      hoursAgo: SPAN_HOURS * (1 - i / COUNT) + 1,
      body,
    });
  }
  return comments;
}
