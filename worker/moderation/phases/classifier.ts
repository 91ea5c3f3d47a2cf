/** The site's classifier (bayes.ts): what moderators decided before about texts such as this. Pure. */
import { classify, holdAt, isTaught, SPAM_AT } from '../classifier/bayes';
import { joinText } from '../classifier/features';
import { isNewcomer, isStranger, type Phase } from '../verdict';

/** Spam, and at all anything of those who are known, only where the site's own moderators have taught enough for that. */
export const classifier: Phase = {
  name: 'classifier',
  onEdit: true,
  judge(comment, facts) {
    const newcomer = isNewcomer(facts);
    const taught = isTaught(facts.model);
    if (!facts.settings.classifier || (!newcomer && !taught)) return null;
    const { spamminess, words } = classify(facts.model, joinText(comment.body, comment.name, comment.url));
    if (spamminess < (newcomer ? holdAt(facts.model) : SPAM_AT)) return null;
    const sure = spamminess >= SPAM_AT && taught && isStranger(facts);
    const told = words.length === 0 ? '' : `: ${words.join(', ')}`;
    return { says: sure ? 'spam' : 'hold', reason: `${Math.floor(spamminess * 100)} % like spam${told}.` };
  },
};
