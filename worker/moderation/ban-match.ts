/** Which bans a comment falls under. Pure. */
import type { NewComment } from '../contract';
import type { BanRow } from '../db';
import type { ClientHashes } from '../request';
import { listHosts } from './links';

/** What a ban would have to name for this comment to fall under it, as stored; `cidr` is compared with the address itself. */
export function banCandidates(
  input: Pick<NewComment, 'body' | 'author'>,
  authorId: string | null,
  client: ClientHashes,
): [BanRow['kind'], string][] {
  const email = input.author?.email?.trim().toLowerCase();
  const hosts = [...listHosts(input.body), ...listHosts(input.author?.url ?? '')];
  return [
    ...(authorId === null ? [] : [['author', authorId] as [BanRow['kind'], string]]),
    ['ip', client.ipHash],
    ['network', client.netHash],
    ...(email ? ([['email', email]] as [BanRow['kind'], string][]) : []),
    ...hosts.map((host): [BanRow['kind'], string] => ['domain', host]),
  ];
}
