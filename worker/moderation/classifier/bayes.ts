/**
 * The classifier: what a site's moderators have decided says what the next comment is. Naive Bayes over what a text has and
 * not how often (V. Metsis et al., "Spam Filtering with Naive Bayes – Which Naive Bayes?", CEAS 2006), changed so that it keeps
 * quiet about what it does not know: each feature says no more than what is sure of it, unknown words speak for a comment, and
 * long texts say no more than their words, which are not independent, allow (J. Rennie et al., "Tackling the Poor Assumptions
 * of Naive Bayes Text Classifiers", ICML 2003). A prior that all sites share counts as comments of the site's own would.
 * Leaves counting and its form in the database to counts.ts, learning to learn.ts. Pure.
 */
import type { ModelRow } from '../../db';
import { bucketOf, type Counts, newCounts, parseCounts } from './counts';
import { type FeatureKind, listFeatures } from './features';
import { PRIOR } from './prior';

/** What a site's classifier knows. Never changed: another version is another model. */
export interface Model extends Counts {
  /** As models.version; 0 when the site has learnt nothing. */
  version: number;
}
export const EMPTY_MODEL: Model = { version: 0, ...newCounts() };

export const parseModel = ({ version, data, good, spam }: ModelRow): Model => ({
  version,
  ...parseCounts(data, { good, spam }),
});

/** From here on a comment waits for a moderator, and before a site has taught its classifier, from there. */
const HOLD_AT = { taught: 0.95, untaught: 0.995 };
/** From here on it is spam, where the site has taught enough for that. */
export const SPAM_AT = 0.999;
/** Comments of each kind that are enough. */
const TAUGHT = 20;
export const isTaught = ({ totals }: Model): boolean => totals.good >= TAUGHT && totals.spam >= TAUGHT;
export const holdAt = (model: Model): number => (isTaught(model) ? HOLD_AT.taught : HOLD_AT.untaught);

/** What a comment of the prior counts, one of the site's own being 1. */
const PRIOR_WEIGHT = 1.5;
/** Of the error that a ratio may have: so much is taken off what speaks against a comment, and less off what speaks for it. */
const DOUBT = { spam: 1, good: 0.25 };
/** A shape alone, whatever was made of it elsewhere, proves nothing. */
const SHAPE_SAYS = 0.7;
/** A word that nothing is known of. All that is said here is a logarithm of odds. */
const UNKNOWN_SAYS = -0.4;
/** Grows with the number of features more slowly than their sum. */
const LENGTH_POWER = 0.4;
/** From the sum to a probability: HOLD_AT.taught is reached at 0.84, where good comments of other sites hardly ever get. */
const STEEPNESS = 3.5;
/** Words that are told to people. */
const TOLD = 5;

/** @returns spamminess from 0 to 1, 0.5 for what nothing is known of; and what spoke loudest for it */
export function classify(model: Model, text: string): { spamminess: number; words: string[] } {
  const evidence = [];
  let sum = 0;
  let known = 0;
  for (const [feature, kind] of listFeatures(text)) {
    const says = ask(model, feature, kind);
    sum += says ?? (kind === 'word' ? UNKNOWN_SAYS : 0);
    if (says) known++;
    if (says && says > 0) evidence.push({ feature, says });
  }
  const words = evidence.sort((a, b) => b.says - a.says).slice(0, TOLD);
  return {
    spamminess: 1 / (1 + Math.exp((-STEEPNESS * sum) / (known + 1) ** LENGTH_POWER)),
    words: words.map(({ feature }) => feature),
  };
}

/**
 * Logarithm of how much more frequent a feature is in spam, by Laplace's rule, less the error it may have (D. Katz et al.,
 * "Obtaining Confidence Intervals for the Risk Ratio in Cohort Studies", Biometrics 34, 1978). Of a feature that the prior has
 * not, such as another language's words, the prior does not know how frequent it is: there the site's comments count alone.
 * @returns undefined where nothing is known
 */
function ask({ totals, buckets }: Model, feature: string, kind: FeatureKind): number | undefined {
  const bucket = bucketOf(feature);
  const worth = spamWorth(totals);
  const seen = PRIOR.buckets.good[bucket]! + PRIOR.buckets.spam[bucket]! > 0;
  const prior = seen ? PRIOR_WEIGHT : 0;
  const good = buckets.good[bucket]! + prior * PRIOR.buckets.good[bucket]!;
  const spam = buckets.spam[bucket]! * worth + prior * PRIOR.buckets.spam[bucket]!;
  if (good + spam === 0) return undefined;
  const ofGood = totals.good + prior * PRIOR.totals.good;
  const ofSpam = totals.spam * worth + prior * PRIOR.totals.spam;
  const ratio = Math.log(((spam + 1) / (ofSpam + 2)) * ((ofGood + 2) / (good + 1)));
  const error = Math.sqrt(1 / (spam + 1) + 1 / (good + 1));
  const says = ratio > 0 ? Math.max(0, ratio - DOUBT.spam * error) : Math.min(0, ratio + DOUBT.good * error);
  return kind === 'shape' ? Math.max(-SHAPE_SAYS, Math.min(SHAPE_SAYS, says)) : says;
}

/**
 * What a comment of a site's spam counts. Of spam only one learns what language a site is written in, and takes that for what
 * is wrong with it: without good ones beside it, it counts less.
 */
const spamWorth = ({ good, spam }: Counts['totals']): number => Math.min(1, (good + 1) / Math.max(spam, 1));
