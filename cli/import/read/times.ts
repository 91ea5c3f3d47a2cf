/** Times as exports write them: in UTC, or saying how far from it. Pure. */

const WRITTEN =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)?(?:\s+[A-Z+\d-]+)?$/i;

/** Epoch ms; null when the text is no time, which `0000-00-00 00:00:00` is not either. Without a zone it is UTC. */
export function readTime(text: string): number | null {
  const parts = WRITTEN.exec(text.trim());
  if (!parts) return null;
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] =
    parts;
  // Year 1 is how Go writes that there is none.
  if (Number(year) <= 1) return null;
  const offset = /^[+-]/.test(zone)
    ? zone.replace(/^(...):?(..)?$/, (_, hours, minutes) => `${hours}:${minutes ?? '00'}`)
    : 'Z';
  const at = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`,
  );
  return Number.isNaN(at) ? null : at;
}
