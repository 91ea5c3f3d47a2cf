/** Who writes, and what the site asks of them. Pure. */
import { findReserved, foldName } from '../../identity/names';
import { isUnsettled, type Phase } from '../verdict';

/** The site holds everything. */
export const everything: Phase = {
  name: 'everything',
  onEdit: false,
  judge: (_, { settings }) => (settings.hold ? { says: 'hold', reason: 'This site holds every comment.' } : null),
};

/** The site trusts nobody before it has approved some comments of theirs. */
export const newcomer: Phase = {
  name: 'newcomer',
  onEdit: true,
  judge(_, { history, settings }) {
    if (history.approved >= settings.trustAfter) return null;
    const done = history.approved === 0 ? 'none' : `${history.approved}`;
    const reason = `Of its author’s other comments ${done} were approved; this site asks for ${settings.trustAfter}.`;
    return { says: 'hold', reason };
  },
};

/** Nobody has written on the page before. */
export const newPage: Phase = {
  name: 'new_page',
  onEdit: false,
  judge(comment, { settings, pageCount }) {
    if (!settings.holdNewPages || (comment.pageId !== null && pageCount > 0)) return null;
    return { says: 'hold', reason: 'Nothing was approved on this page before.' };
  },
};

/** Attack mode is on. */
export const attack: Phase = {
  name: 'attack',
  onEdit: false,
  judge: (_, facts) =>
    facts.attack && isUnsettled(facts) ? { says: 'hold', reason: 'A newcomer, while attack mode is on.' } : null,
};

/** Comments against which moderators decided, from which on an author is watched. */
const WATCHED_AFTER = 2;
/** Moderators have decided against this author more often than not. */
export const history: Phase = {
  name: 'history',
  onEdit: true,
  judge(_, { history: { approved, rejected } }) {
    if (rejected < WATCHED_AFTER || rejected <= approved) return null;
    return {
      says: 'hold',
      reason: `Of its author’s other comments ${rejected} were removed, and ${approved} approved.`,
    };
  },
};

/** Words that claim an office, as names and beside them. */
const OFFICES =
  /^(?:admin|administrator|administrateur|administrador|moderator|moderation|moderateur|moderador|mod|webmaster|team|staff|support|official|owner|root|system|админ|администратор|модератор|管理者|管理员|管理員|運営|관리자|운영자|مدير|مشرف|المدير|المشرف)$/u;
const ARTICLES = /^(?:the|le|la|el|der|die)$/i;
const claimsOffice = (word: string): boolean =>
  OFFICES.test(word.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '').normalize('NFC'));

/** A name that passes for somebody of the team. Guests who take such a one as it is are refused before (comments/policy.ts). */
export const reservedName: Phase = {
  name: 'reserved_name',
  onEdit: false,
  judge({ name }, { settings, team }) {
    const words = name.split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => word !== '');
    const plain = words.filter((word) => !claimsOffice(word));
    if (plain.length < words.length && plain.every((word) => ARTICLES.test(word)))
      return { says: 'hold', reason: 'The name claims an office of the site.' };
    const members = [...settings.team, ...team];
    const taken = [name, plain.join(' ')].find(
      (one) => foldName(one).length > 0 && findReserved({ name: one }, members) === 'name',
    );
    return taken === undefined ? null : { says: 'hold', reason: 'The name looks like that of somebody on the team.' };
  },
};
