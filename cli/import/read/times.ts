/** Times as exports write them: in UTC, or saying how far from it. */

const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|[+-]\d\d:?\d\d)?$/;

/** Epoch ms; null when the text is no time, which `0000-00-00 00:00:00` is not either. Without a zone it is UTC. */
export function readTime(text: string): number | null {
  const [, day, time, zone = 'Z'] = TIME.exec(text.trim()) ?? [];
  if (day === undefined || time === undefined) return null;
  const at = Date.parse(`${day}T${time}${zone.replace(/^(.\d\d)(\d\d)$/, '$1:$2')}`);
  return Number.isNaN(at) ? null : at;
}
