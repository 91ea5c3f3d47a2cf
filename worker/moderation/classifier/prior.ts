/** What every site's classifier starts from. Leaves to bayes.ts how much it counts. Pure. */
import { type Counts, parseCounts } from './counts';
import { PRIOR_DATA, PRIOR_TOTALS } from './prior-data';

export const PRIOR: Counts = parseCounts(PRIOR_DATA, PRIOR_TOTALS);
