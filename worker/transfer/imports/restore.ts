/** What may be wrong with records of a restore beyond their form: pictures that are none, and what they refer to. Writes nothing. */
import type { AnyRecord } from '../../contract-transfer';
import { NO_PICTURE } from '../../identity/avatars-store';
import { checkPicture } from '../../identity/picture';
import { Problem } from '../../problem';
import type { Misfit } from './restore-store';

/** Threat 1: what is served as a picture is one by its bytes, whoever says so. @throws Problem invalid_request */
export function checkPictures(records: AnyRecord[]): void {
  records.forEach((record, at) => {
    if (record.type === 'avatar' && !isPicture(record.media, record.data))
      throw new Problem('invalid_request', `records.${at}.data: is not a whole picture of the type ${record.media}.`, {
        field: `records.${at}.data`,
      });
  });
}

function isPicture(media: string, data: string): boolean {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(data) || data.length % 4 !== 0) return false;
  if (media === NO_PICTURE) return data === '';
  return checkPicture(Uint8Array.from(atob(data), (char) => char.charCodeAt(0)))?.type === media;
}

/** @throws Problem conflict that names the field */
export function refuseMisfit([misfit]: Misfit[]): void {
  if (!misfit) return;
  const { position, field, value, owner } = misfit;
  const path = `records.${position}.${field}`;
  const why = owner === null ? `there is no ${value}` : `${value} belongs to the site ${owner}, which is here already`;
  throw new Problem('conflict', `${path}: ${why}.`, { field: path });
}
