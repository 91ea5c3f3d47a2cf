/** The site's own rules about texts, words and expressions. Pure. */
import type { Rule } from '../../contract-settings';
import { compileRules } from '../rules';
import type { Phase } from '../verdict';

const GRAVITY: Rule['says'][] = ['hold', 'spam', 'refuse'];
/** Rules that are told. */
const TOLD = 3;

/** Of several rules the gravest counts. */
export const rules: Phase = {
  name: 'rules',
  onEdit: true,
  judge(comment, { settings }) {
    const met = compileRules(settings.rules).find(comment);
    if (met.length === 0) return null;
    const says = GRAVITY[Math.max(...met.map(({ rule }) => GRAVITY.indexOf(rule.says)))]!;
    const told = met
      .filter(({ rule }) => rule.says === says)
      .slice(0, TOLD)
      .map(({ rule, number }) => `rule ${number} (${rule.match} “${rule.pattern}”)`);
    return { says, reason: `It meets ${told.join(', ')}.` };
  },
};
