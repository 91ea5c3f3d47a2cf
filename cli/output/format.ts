/** Numbers, times and amounts as people read them. */

/** 12345.6 -> 12,345.6 */
export const formatNumber = (n: number): string => n.toLocaleString('en');

/** `1 comment`, `1,200 comments`. @param many unless it is just an s */
export const formatCount = (n: number, one: string, many = `${one}s`): string =>
  `${formatNumber(n)} ${n === 1 ? one : many}`;

/** An ISO time -> `2026-01-31 12:00`, UTC; empty for none. */
export const formatTime = (iso: string | null): string =>
  iso === null ? '' : `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;

/** Powers of 1,000. */
export function formatBytes(n: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = n < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(n) / 3));
  const value = n / 1000 ** power;
  return `${formatNumber(Number(value.toFixed(value < 10 && power > 0 ? 1 : 0)))} ${units[power]}`;
}

/** `4 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  const s = Math.max(1, Math.ceil(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min${s % 60 > 0 && s < 600 ? ` ${s % 60} s` : ''}`;
  const minutes = Math.round((s % 3600) / 60);
  return `${formatNumber(Math.floor(s / 3600))} h${minutes > 0 ? ` ${minutes} min` : ''}`;
}
