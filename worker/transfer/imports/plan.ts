/** `POST /admin/imports/plan`: where pages would land and which comments are there. One round trip; writes nothing. */
import { batchAs, needGrant, siteFor } from '../../admin/grant';
import { LIMITS } from '../../contract';
import { type ImportPlan, ImportPlanQuery, type Landing } from '../../contract-transfer';
import { normalisePage, type PageAddress } from '../../pages/normalise';
import { Problem } from '../../problem';
import { type AppContext, openDb, readBody } from '../../request';
import { portion } from '../portions';
import { selectSiteExists } from './imports-store';
import { type LandingRow, type PlaceOfIdRow, selectLandings, selectPresent } from './landing-store';

/** @throws Problem scope_missing, not_found for a site that is not there */
export async function planImport(c: AppContext): Promise<Response> {
  const db = openDb(c, 'first-primary');
  const grant = await needGrant(c, db, 'transfer');
  const { value: input } = await readBody(c, ImportPlanQuery, LIMITS.importBytes);
  const site = siteFor(grant, input.site)!;
  const addresses = input.urls.map(readAddress);
  const asked = addresses
    .filter((address) => typeof address !== 'string')
    .map(({ host, key, exact }) => ({ site, host, key, exact, id: '' }));
  const portions = portion(asked);
  const [sites, present, ...landings] = await batchAs(
    db,
    grant,
    selectSiteExists(site),
    selectPresent(JSON.stringify(input.comments)),
    ...portions.map(selectLandings),
  );
  if (sites!.rows.length === 0) throw new Problem('not_found', `There is no site ${site}.`, { field: 'site' });
  const rows = landings.flatMap((result) => result.rows as LandingRow[]).values();
  const places = present!.rows as PlaceOfIdRow[];
  const idsOf = (own: boolean) => places.filter(({ site_id }) => (site_id === site) === own).map(({ id }) => id);
  return c.json({
    pages: input.urls.map((url, n) => {
      const address = addresses[n]!;
      if (typeof address === 'string') return { url, problem: address, key: null, page: null };
      return presentLanding(url, rows.next().value!, site);
    }),
    present: [...new Set(idsOf(true))],
    taken: [...new Set(idsOf(false))],
  } satisfies ImportPlan);
}

type Unusable = Exclude<Landing['problem'], null | 'origin_not_allowed'>;
function readAddress(url: string): PageAddress | Unusable {
  try {
    return normalisePage(url);
  } catch (error) {
    if (error instanceof Problem) return error.code as Unusable;
    throw error;
  }
}

function presentLanding(url: string, row: LandingRow, site: string): Landing {
  const page = row.page === null ? null : { id: row.page, url: row.url!, title: row.title, count: row.count! };
  return { url, problem: row.host_site === site ? null : 'origin_not_allowed', key: row.target, page };
}
