/**
 * What every comment of somebody who does not run the site passes: an array of small phases, in order. Each says hold, spam or
 * refuse, with its reason, or lets it pass; all that is said is kept and shown to moderators. Pure: what a phase needs is in
 * Facts (facts-store.ts reads it), and those that ask others are in outside.ts.
 */
import type { Finding } from '../contract-admin';
import type { Facts, Judged, Phase } from './verdict';

/** The site holds everything. */
const everything: Phase = {
  name: 'everything',
  judge: (_, { settings }) => (settings.hold ? { says: 'hold', reason: 'This site holds every comment.' } : null),
};

export const PHASES: readonly Phase[] = [everything];

/** @returns what the phases said, in their order; a refusal ends it */
export function judge(comment: Judged, facts: Facts, phases = PHASES): Finding[] {
  const findings: Finding[] = [];
  for (const { name, judge: ask } of phases) {
    const said = ask(comment, facts);
    if (!said) continue;
    findings.push({ phase: name, ...said });
    if (said.says === 'refuse') break;
  }
  return findings;
}
