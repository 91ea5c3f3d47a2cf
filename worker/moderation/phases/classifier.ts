/** The site's classifier (bayes.ts): what moderators decided before about texts such as this. Pure. */
import { classify, holdAt, isTaught, SPAM_AT } from '../bayes';
import { joinText } from '../features';
import { isNewcomer, isStranger, type Phase } from '../verdict';

/** Spam only where the site's own moderators have taught enough; those who are known are held when it is sure. */
export const classifier: Phase = {
  name: 'classifier',
  onEdit: true,
  judge(comment, facts) {
    if (!facts.settings.classifier) return null;
    const { spamminess, words } = classify(facts.model, joinText(comment.body, comment.name, comment.url));
    if (spamminess < (isNewcomer(facts) ? holdAt(facts.model) : SPAM_AT)) return null;
    const sure = spamminess >= SPAM_AT && isTaught(facts.model) && isStranger(facts);
    const told = words.length === 0 ? '' : `: ${words.join(', ')}`;
    return { says: sure ? 'spam' : 'hold', reason: `${Math.floor(spamminess * 100)} % like spam${told}.` };
  },
};
