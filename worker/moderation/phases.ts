/**
 * What every comment of somebody who does not run the site passes: an array of small phases, in order. Each says hold, spam or
 * refuse, with its reason, or lets it pass; all that is said is kept and shown to moderators. Pure: what a phase needs is in
 * Facts (facts-store.ts reads it), and those that ask others are in outside.ts.
 */
import type { Finding } from '../contract-admin';
import { bans } from './phases/bans';
import { classifier } from './phases/classifier';
import { copies, doubled } from './phases/copies';
import { language, maskedWords, script } from './phases/language';
import { linkCount, onlyLinks } from './phases/links';
import { honeypot, hurry, rate } from './phases/robots';
import { rules } from './phases/rules';
import { hiddenCharacters, repetition, shouting, stackedMarks } from './phases/shape';
import { attack, everything, history, newcomer, newPage, reservedName } from './phases/trust';
import type { Facts, Judged, Phase } from './verdict';

export const PHASES: readonly Phase[] = [
  // What ends it at once.
  bans,
  rules,
  // What the site asks for, whoever writes whatever.
  everything,
  newcomer,
  newPage,
  attack,
  // Who writes, and how.
  honeypot,
  hurry,
  rate,
  history,
  reservedName,
  // What it looks like.
  shouting,
  repetition,
  stackedMarks,
  hiddenCharacters,
  maskedWords,
  script,
  language,
  linkCount,
  onlyLinks,
  // What it says.
  doubled,
  copies,
  classifier,
];

/** What a new text for a comment that is there passes. */
export const EDIT_PHASES: readonly Phase[] = PHASES.filter(({ onEdit }) => onEdit);

/** What a new name or website passes, which is to stand beside all that its owner has written. */
export const PROFILE_PHASES: readonly Phase[] = [bans, rules, reservedName, stackedMarks];

/** @returns what the phases said, in their order; a refusal ends it. One that fails loses no comment: it holds it, and says so */
export function judge(comment: Judged, facts: Facts, phases = PHASES): Finding[] {
  const findings: Finding[] = [];
  for (const phase of phases) {
    const said = ask(phase, comment, facts);
    if (!said) continue;
    findings.push({ phase: phase.name, ...said });
    if (said.says === 'refuse') break;
  }
  return findings;
}

function ask(phase: Phase, comment: Judged, facts: Facts): ReturnType<Phase['judge']> {
  try {
    return phase.judge(comment, facts);
  } catch (error) {
    return { says: 'hold', reason: `This check failed, so nothing is known: ${String(error).slice(0, 200)}` };
  }
}
