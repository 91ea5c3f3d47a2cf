/** To moderators: one comment with what may be done about it, or all that has come since the last letter. */
import { webAddress } from '../../web-address';
import { inert } from './body';
import { address, frame, siteOf } from './frame';
import type { Letter, ModeratorDigestNotice, ModeratorItem, ModeratorNotice, Shell } from './letter';
import { STYLE } from './look';
import { type Markup, markup, type Part } from './markup';
import { BODY_CHARS, button, heading, link, nameOf, quoteText, showComment, titleOf } from './parts';
import { plainLine, plainText } from './plain';
import { fillMarkup, fillText, type Words, wordsFor } from './words';

const REPORTS = 5;
const REASON_CHARS = 300;
/** All texts of a digest together. */
const ALL_CHARS = 4000;

export function writeModerator(shell: Shell, notice: ModeratorNotice): Letter {
  const { about, comment, links } = notice;
  const words = wordsFor(shell.language);
  const { texts } = words;
  const page = titleOf(comment.page);
  const author = nameOf(words, comment.author);
  const website = comment.website ? plainLine(comment.website, 200) : '';
  return frame(words, shell, {
    subject: fillText(words, texts.aboutSubject[about], { page }),
    preview: `${author}: ${comment.body.slice(0, 300)}`,
    title: texts.about[about],
    subtitle: fillMarkup(texts.onPage, { page: link(comment.page.url, page) }),
    body: [
      markup`<div style="height:28px"></div>`,
      showComment(words, {
        ...comment,
        after:
          website && markup`<div class="d" dir="ltr" style="${STYLE.small};padding-top:4px">${inert(website)}</div>`,
      }),
      listFindings(words, notice),
      listReports(words, notice),
      markup`<div style="padding-top:24px">${verbs(words, notice).map(([url, text], i) => [
        button(url, text, i === 0 && url === links.approve ? 'button' : 'quietButton'),
        ' ',
      ])}</div>`,
      markup`<p class="d" style="${STYLE.small};margin:14px 0 0">${texts.acting}</p>`,
      markup`<p style="${STYLE.subtitle};padding-top:14px">${link(links.console, texts.console)}</p>`,
    ],
    why: fillText(words, texts.whyModerator, { site: siteOf(shell) }),
    text: [
      `${texts.about[about]}\n${fillText(words, texts.onPage, { page })}`,
      `${author} · ${words.date(comment.createdAt)}:\n${quoteText(plainText(comment.body, BODY_CHARS))}${website && `\n> (${website})`}`,
      told(texts.why, findingsOf(words, notice)),
      told(texts.reports, reportsOf(words, notice)),
      ...verbs(words, notice).map(([url, text]) => address(text, url)),
      texts.acting,
      address(texts.console, links.console),
    ],
  });
}

function verbs({ texts }: Words, { links }: ModeratorNotice): [url: string, text: string][] {
  const all: [string | undefined, string][] = [
    [links.approve, texts.approve],
    [links.spam, texts.spam],
    [links.trash, texts.trash],
  ];
  return all.filter((verb): verb is [string, string] => webAddress(verb[0]) !== null);
}

/** What a phase is called; one that is not ours, as it calls itself. */
const phaseOf = ({ texts }: Words, phase: string): string =>
  Object.hasOwn(texts.phases, phase) ? texts.phases[phase as keyof typeof texts.phases] : plainLine(phase, 40);

const findingsOf = (words: Words, { findings }: ModeratorItem): [string, string][] =>
  findings.slice(0, 10).map(({ phase, reason }) => [phaseOf(words, phase), plainLine(reason, REASON_CHARS)]);

const reportsOf = ({ texts }: Words, { reports }: ModeratorItem): [string, string][] =>
  reports
    .slice(0, REPORTS)
    .map(({ reason, note }) => [
      Object.hasOwn(texts.reportReasons, reason) ? texts.reportReasons[reason as 'other'] : texts.reportReasons.other,
      plainLine(note ?? '', REASON_CHARS),
    ]);

const told = (title: string, lines: [string, string][]): string | false =>
  lines.length > 0 && `${title}:\n${lines.map(([what, why]) => quoteText(why ? `${what}: ${why}` : what)).join('\n')}`;

function listed(title: string, lines: [string, string][]): Part {
  if (lines.length === 0) return null;
  return [
    heading(title),
    lines.map(
      ([what, why]): Markup =>
        markup`<div style="padding-top:4px"><b>${inert(what)}</b> &nbsp;<bdi class="d" style="${STYLE.said}">${inert(why)}</bdi></div>`,
    ),
  ];
}
const listFindings = (words: Words, item: ModeratorItem): Part => listed(words.texts.why, findingsOf(words, item));
const listReports = (words: Words, item: ModeratorItem): Part => listed(words.texts.reports, reportsOf(words, item));

export function writeModeratorDigest(
  shell: Shell,
  { items, more, waiting, consoleUrl }: ModeratorDigestNotice,
): Letter {
  const words = wordsFor(shell.language);
  const { texts } = words;
  const site = siteOf(shell);
  const head = waiting > 0 ? words.count(texts.waiting, waiting) : words.count(texts.digest, items.length + more);
  const rest = more > 0 && words.count(texts.more, more);
  const chars = Math.max(200, Math.min(1000, Math.floor(ALL_CHARS / Math.max(items.length, 1))));
  const why = (item: ModeratorItem): string =>
    [...findingsOf(words, item), ...reportsOf(words, item)].map(([what]) => what).join(' · ');
  return frame(words, shell, {
    subject: fillText(words, head, { site }),
    preview: items.map(({ comment }) => titleOf(comment.page)).join(' · '),
    title: fillMarkup(head, { site }),
    body: [
      markup`<div style="padding-top:22px">${button(consoleUrl, texts.console)}</div>`,
      items.map((item) => {
        const page = link(item.comment.url, titleOf(item.comment.page));
        const reasons = why(item);
        const after = markup`<div class="d" style="${STYLE.small};padding-top:6px"><bdi>${page}</bdi>${reasons && [' · ', inert(reasons)]}</div>`;
        return markup`<div class="l" style="${STYLE.line};border-top-width:1px;margin-top:22px;padding-top:20px">${showComment(words, { ...item.comment, badge: texts.about[item.about], after }, chars)}</div>`;
      }),
      rest && markup`<p class="d" style="${STYLE.subtitle};padding-top:24px">${rest}</p>`,
    ],
    why: fillText(words, texts.whyModerator, { site }),
    text: [
      fillText(words, head, { site }),
      address(texts.console, consoleUrl),
      ...items.map((item) => {
        const { comment, about } = item;
        const reasons = why(item);
        return `${texts.about[about]}: ${fillText(words, texts.onPage, { page: titleOf(comment.page) })}\n${nameOf(words, comment.author)} · ${words.date(comment.createdAt)}:\n${quoteText(plainText(comment.body, chars))}${reasons && `\n(${reasons})`}`;
      }),
      rest,
    ],
  });
}
