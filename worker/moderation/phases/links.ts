/** Links in a comment: how many, and whether there is anything else. Pure. */
import { classify } from '../classifier/bayes';
import { joinText } from '../classifier/features';
import { listForeign } from '../text/links';
import { weighLetters } from '../text/reading';
import { type Facts, isNewcomer, isStranger, type Judged, type Phase } from '../verdict';

/** More links than this look bad on a stranger, when what is written around them does. */
const STRANGERS_LINKS = 1;
/** Spamminess from which on they do: less than holds a comment without links. */
const SUSPECT_AT = 0.85;
/** Links as forums write them. Here they are no links, so whoever writes them does not look where they write. */
const FORUM_LINK = /\[(?:url|link)\s*=|<a\s[^<>]{0,200}href\s*=/i;

/** More links that lead away than the site allows. The same twice is one. */
export const linkCount: Phase = {
  name: 'links',
  onEdit: true,
  judge(comment, facts) {
    const { maxLinks } = facts.settings;
    const count = listForeign(comment.links, facts.host).length;
    if (count > maxLinks) return { says: 'hold', reason: `${count} links; this site allows ${maxLinks}.` };
    if (count > STRANGERS_LINKS && isSuspect(comment, facts))
      return { says: 'hold', reason: `${count} links by a newcomer, in a text that looks like spam.` };
    if (FORUM_LINK.test(comment.ownText) && isNewcomer(facts))
      return { says: 'hold', reason: 'A link in the code of forums.' };
    return null;
  },
};

/** Where the site does without the classifier, every stranger is. */
function isSuspect({ body, name, url }: Judged, facts: Facts): boolean {
  if (!isStranger(facts)) return false;
  return !facts.settings.classifier || classify(facts.model, joinText(body, name, url)).spamminess >= SUSPECT_AT;
}

/** Letters besides its links that make a comment of it. */
const SAID_LETTERS = 8;
/**
 * A stranger's links and nothing else: several, or one and a website of theirs. A single link may be an answer: a picture, a
 * song; of those the classifier thinks its part.
 */
export const onlyLinks: Phase = {
  name: 'only_links',
  onEdit: true,
  judge({ text, links, url }, facts) {
    const count = listForeign(url === null ? links : [url, ...links], facts.host).length;
    if (!isStranger(facts) || links.length === 0 || count < 2) return null;
    const said = weighLetters(text.replace(/(?:https?:\/\/|www\.)\S+|\S+\.\S+/gi, ''));
    return said >= SAID_LETTERS ? null : { says: 'hold', reason: 'Links, and hardly a word beside them.' };
  },
};
