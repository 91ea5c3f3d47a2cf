/** Which site a command means: the one it names, or the only one there is. */
import type { Grant } from '../../worker/contract-admin.ts';
import { Failure } from '../failure.ts';
import { checkSiteId } from '../site-sql.ts';
import type { Client } from './client.ts';

/** @param named by --site @throws Failure `usage` where there are several, or none */
export async function chooseSite(client: Client, named: string | undefined): Promise<string> {
  if (named !== undefined) return readSiteId(named);
  const { sites } = await client.ask<Grant>('GET', '/admin/me');
  if (sites.length === 1) return sites[0]!.id;
  throw new Failure(
    sites.length === 0
      ? `${client.server} has no site yet: afterword sites create blog --origin https://blog.example`
      : `Which site? Add --site with one of ${sites.map(({ id }) => id).join(', ')}.`,
    'usage',
  );
}

/** @throws Failure `usage` */
export function readSiteId(id: string): string {
  try {
    return checkSiteId(id);
  } catch (error) {
    throw new Failure((error as Error).message, 'usage');
  }
}
