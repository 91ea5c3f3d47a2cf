/** Fingerprints by which duplicates and near duplicates are found. Pure. */

/** What a text is, whatever its case, spaces and punctuation. */
export const printOf = (body: string): string =>
  body
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .slice(0, 64);
