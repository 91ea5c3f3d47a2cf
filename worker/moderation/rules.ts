/**
 * A site's own rules, made ready to be asked: texts, words and regular expressions in RE2's syntax and linear time
 * (https://github.com/google/re2/wiki/Syntax), all without regard to case, and as people read (reading.ts). Pure.
 */
import { RE2JS, RE2Set } from 're2js';
import type { Rule } from '../contract-settings';
import { plainText, unmaskText } from './text/reading';
import type { Judged } from './verdict';

/** Which of a site's rules a comment meets, in their order; and those that cannot be read, and count as none. */
export interface Ruleset {
  find(comment: RuledText): { rule: Rule; number: number }[];
  broken: BrokenRule[];
}
export interface BrokenRule {
  /** From 0, as in the settings. */
  index: number;
  why: string;
}
type RuledText = Pick<Judged, 'body' | 'text' | 'name' | 'email' | 'url' | 'links'>;
type Field = Rule['in'];

/** Rulesets that were used last: compiling one costs more than asking it. */
const KEPT = 50;
const kept = new Map<string, Ruleset>();

/** @param rules as in the settings; what is compiled is kept for the next comment */
export function compileRules(rules: readonly Rule[]): Ruleset {
  const key = JSON.stringify(rules);
  const known = kept.get(key);
  if (known) return known;
  if (kept.size >= KEPT) kept.clear();
  const made = makeRuleset(rules);
  kept.set(key, made);
  return made;
}

/** Rules that cannot be read, to be told to whoever writes them. */
export const findBrokenRules = (rules: readonly Rule[]): BrokenRule[] =>
  rules.flatMap(({ match, pattern }, index) => {
    const why = match === 'regex' ? whyNot(pattern) : null;
    return why === null ? [] : [{ index, why }];
  });

/** Steps of an expression: what it costs a letter at worst. As many as the longest list of words has. */
const MAX_STEPS = 600;

function whyNot(pattern: string): string | null {
  try {
    const steps = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE).programSize();
    if (steps <= MAX_STEPS) return null;
    return `${steps} steps, where ${MAX_STEPS} are the most: a repeat such as {1,100} counts as often`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function makeRuleset(rules: readonly Rule[]): Ruleset {
  const broken = findBrokenRules(rules);
  const readable = rules
    .map((rule, index) => ({ rule, index }))
    .filter(({ index }) => !broken.some((one) => one.index === index));
  // Expressions for one field are one machine, which goes over the text once.
  const machines = new Map<Field, { set: RE2Set; indexes: number[] }>();
  for (const { rule, index } of readable) {
    if (rule.match !== 'regex') continue;
    const machine = machines.get(rule.in) ?? {
      set: new RE2Set(RE2Set.UNANCHORED, RE2JS.CASE_INSENSITIVE),
      indexes: [],
    };
    machine.set.add(rule.pattern);
    machine.indexes.push(index);
    machines.set(rule.in, machine);
  }
  const literals = readable
    .filter(({ rule }) => rule.match !== 'regex')
    .map(({ rule, index }) => ({ rule, index, pattern: unmaskText(plainText(rule.pattern)).toLowerCase() }))
    .filter(({ pattern }) => pattern !== '');
  return {
    broken,
    find(comment) {
      const met = new Set<number>();
      const read = keepEach((field: Field) => listForms(comment, field));
      const readLower = keepEach((field: Field) => read(field).map((text) => text.toLowerCase()));
      for (const { rule, index, pattern } of literals) {
        const has = rule.match === 'word' ? hasWord : hasText;
        if (readLower(rule.in).some((text) => has(text, pattern))) met.add(index);
      }
      for (const [field, { set, indexes }] of machines)
        for (const text of read(field)) for (const id of set.match(text)) met.add(indexes[id]!);
      return [...met].sort((a, b) => a - b).map((index) => ({ rule: rules[index]!, number: index + 1 }));
    },
  };
}

/** A function that is asked once for each field. */
function keepEach<T>(make: (field: Field) => T): (field: Field) => T {
  const made = new Map<Field, T>();
  return (field) => {
    if (!made.has(field)) made.set(field, make(field));
    return made.get(field)!;
  };
}

/** What there is to read in a field, and where letters pass for others, what it is meant to be read as. */
function listForms({ body, text, name, email, url, links }: RuledText, field: Field): string[] {
  const said = body.trim() === text ? [text] : [text, body];
  const parts: Record<Field, (string | null)[]> = {
    any: [...said, name, email, url, ...links],
    body: said,
    name: [name],
    email: [email],
    url: [url],
    link: links,
  };
  const plain = plainText(parts[field].filter((part) => part !== null).join('\n'));
  return [...new Set([plain, unmaskText(plain)])];
}

const hasText = (text: string, pattern: string): boolean => text.includes(pattern);

/** Between what is neither letter nor digit, or where the text ends. */
function hasWord(text: string, pattern: string): boolean {
  for (let at = text.indexOf(pattern); at !== -1; at = text.indexOf(pattern, at + 1)) {
    const before = text.slice(Math.max(0, at - 2), at);
    const after = text.slice(at + pattern.length, at + pattern.length + 2);
    if (!/[\p{L}\p{N}\p{M}]$/u.test(before) && !/^[\p{L}\p{N}\p{M}]/u.test(after)) return true;
  }
  return false;
}
