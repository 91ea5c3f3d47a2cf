/**
 * What stands in foreign records, read without trust: a field is looked for under its own name only, and what is not of the kind
 * that was expected is not there.
 */
import { readTime } from './times.ts';

export type Foreign = Record<string, unknown>;

export function isForeign(value: unknown): value is Foreign {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function field(record: Foreign, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

export const has = (record: Foreign, ...names: string[]) => names.every((name) => Object.hasOwn(record, name));

export function object(record: Foreign, name: string): Foreign {
  const value = field(record, name);
  return isForeign(value) ? value : {};
}

export function list(record: Foreign, name: string): Foreign[] {
  const value = field(record, name);
  return Array.isArray(value) ? value.filter(isForeign) : [];
}

/** The first of the names that has a text; numbers are texts, as are ids of MongoDB. */
export function text(record: Foreign, ...names: string[]): string {
  for (const name of names) {
    const value = field(record, name);
    const found = isForeign(value) ? field(value, '$oid') : value;
    if (typeof found === 'string' && found !== '') return found;
    if (typeof found === 'number' || typeof found === 'bigint') return String(found);
  }
  return '';
}

/** An id; null where systems say that there is none. */
export function id(record: Foreign, ...names: string[]): string | null {
  const found = text(record, ...names).trim();
  return found === '' || found === '0' || found === 'null' || found === 'undefined' ? null : found;
}

/** A text for people or programs, trimmed; null where systems say that there is none. */
export function line(record: Foreign, ...names: string[]): string | null {
  const found = text(record, ...names).trim();
  return found === '' || found === 'null' || found === 'undefined' ? null : found;
}

export function flag(record: Foreign, name: string): boolean {
  const value = field(record, name);
  return value === true || value === 1 || value === 1n || value === 'true' || value === '1';
}

/** A whole number; 0 when it is none. */
export function number(record: Foreign, ...names: string[]): number {
  for (const name of names) {
    const value = field(record, name);
    const found = Number(
      isForeign(value) ? (field(value, '$numberLong') ?? field(value, '$numberInt')) : (value ?? NaN),
    );
    if (Number.isSafeInteger(Math.trunc(found))) return Math.trunc(found);
  }
  return 0;
}

/** Of one number that is votes for and against. */
export function votes(score: number): { up: number; down: number } {
  return { up: Math.max(0, score), down: Math.max(0, -score) };
}

/** Epoch ms, of the first of the names that has a time: a text (without a zone it is UTC), or a number in ms, or in `unit`. */
export function time(record: Foreign, names: string | string[], unit: 'ms' | 's' = 'ms'): number | null {
  for (const name of [names].flat()) {
    const found = timeOf(field(record, name), unit);
    if (found !== null) return found;
  }
  return null;
}

function timeOf(value: unknown, unit: 'ms' | 's'): number | null {
  if (isForeign(value)) {
    // {"__type":"Date","iso":…} of LeanCloud, {"$date":…} of MongoDB.
    return timeOf(field(value, 'iso') ?? field(value, '$date') ?? field(value, '$numberLong'), 'ms');
  }
  const number =
    typeof value === 'string' && /^-?\d{5,20}(\.\d+)?([eE]\+?\d+)?$/.test(value.trim()) ? Number(value) : value;
  if (typeof number === 'number' || typeof number === 'bigint') {
    const ms = Math.round(Number(number) * (unit === 's' ? 1_000 : 1));
    // Years that no clock ever showed; 0 is how systems write that there is none.
    return Math.abs(ms) <= 8.64e15 && ms !== 0 ? ms : null;
  }
  return typeof value === 'string' ? readTime(value) : null;
}
