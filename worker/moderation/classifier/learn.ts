/**
 * Learning from moderators: what they approve is good, what they call spam is spam, and what they take back is forgotten. Runs
 * behind the answer; a lesson that is lost does no harm.
 */
import type { Db, ModelRow } from '../../db';
import { parseModel } from './bayes';
import { count, formatBuckets, type Kind, newCounts } from './counts';
import { joinText } from './features';
import { putModel, type StoodRow, selectSiteModel, selectStood } from './learn-store';

/** A decision about a comment. */
export interface Lesson {
  /** As joinText (features.ts) makes it. */
  text: string;
  /** What the classifier was told before, null for nothing. */
  was: Kind | null;
  now: Kind | null;
}

/** How often it reads again when somebody else has taught meanwhile. */
const ATTEMPTS = 3;

/** Never throws: what goes wrong is logged. */
export async function learn(db: Db, siteId: string, lessons: Lesson[]): Promise<void> {
  const changed = lessons.filter(({ was, now }) => was !== now);
  if (changed.length === 0) return;
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) if (await tryToLearn(db, siteId, changed)) return;
  } catch (error) {
    console.error(error);
  }
}

/** @returns whether nobody was faster */
async function tryToLearn(db: Db, siteId: string, lessons: Lesson[]): Promise<boolean> {
  const [known, stood] = await db.batch(selectSiteModel(siteId), selectStood(siteId));
  const row = known!.rows[0] as ModelRow | undefined;
  const { version, ...counts } = row ? parseModel(row) : { version: 0, ...newCounts() };
  // Most good comments are never decided about. Without any the first spam would teach that its language is spam.
  const taken = new Set(lessons.map(({ text }) => text));
  for (const one of stood!.rows as StoodRow[]) {
    const text = joinText(one.body, one.author_name, one.author_url);
    if (!taken.has(text)) count(counts, text, 'good', 1);
  }
  for (const { text, was, now } of lessons) {
    if (was) count(counts, text, was, -1);
    if (now) count(counts, text, now, 1);
  }
  const [put] = await db.batch(putModel({ site_id: siteId, version, data: formatBuckets(counts), ...counts.totals }));
  return put!.changes > 0;
}
