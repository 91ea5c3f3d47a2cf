/**
 * Proof of work: a newcomer's device does some before their comment is taken (ALTCHA, version 2, by altcha-lib). What was worked
 * for is one comment of one site, by its Idempotency-Key, for a while: sent for another it counts as none, sent again it leads
 * to the same comment, so that nothing needs to be kept. Who must work, challenge.ts says.
 */
import { createChallenge, randomInt, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2';
import * as v from 'valibot';
import type { Challenge } from '../../contract';
import type { Config } from '../../env';

/**
 * Rounds of PBKDF2 a try, and the tries it takes: the answer is drawn from between these, so that the longest wait is known. A
 * desktop works for about 0.4 s, a slow phone for 1 to 3 s; making one costs the worker one try, checking it two HMACs.
 */
const COST = 5_000;
const TRIES = { min: 300, max: 700 };
const TTL_MS = 10 * 60_000;

/** What is worked for. */
export interface WorkFor {
  siteId: string;
  idempotencyKey: string;
}

/** @param now epoch ms */
export async function createWork(work: WorkFor, config: Config, now: number): Promise<Challenge['work']> {
  const { parameters, signature } = await createChallenge({
    algorithm: 'PBKDF2/SHA-256',
    cost: COST,
    counter: randomInt(TRIES.max, TRIES.min),
    deriveKey,
    data: { site: work.siteId, key: work.idempotencyKey },
    expiresAt: Math.floor((now + TTL_MS) / 1000),
    ...secretsOf(config),
  });
  return { parameters: { ...parameters }, signature: signature! };
}

const Hex = v.pipe(v.string(), v.hexadecimal());
/** More than was signed: which part of it is true, the signature says. */
const Solved = v.object({
  challenge: v.object({
    parameters: v.looseObject({
      algorithm: v.string(),
      nonce: Hex,
      salt: Hex,
      cost: v.number(),
      keyLength: v.number(),
      keyPrefix: Hex,
      keySignature: Hex,
      expiresAt: v.number(),
      data: v.strictObject({ site: v.string(), key: v.string() }),
    }),
    signature: Hex,
  }),
  solution: v.object({ counter: v.number(), derivedKey: Hex }),
});

/** @param header of the request: JSON in base64, as ALTCHA's own widget sends it */
export async function isWorkDone(header: string, work: WorkFor, config: Config, now: number): Promise<boolean> {
  const solved = parseSolved(header);
  if (!solved) return false;
  const { challenge, solution } = solved;
  const { data, expiresAt } = challenge.parameters;
  if (data.site !== work.siteId || data.key !== work.idempotencyKey || expiresAt * 1000 < now) return false;
  const { verified } = await verifySolution({ challenge, solution, deriveKey, ...secretsOf(config) });
  return verified;
}

function parseSolved(header: string): v.InferOutput<typeof Solved> | undefined {
  try {
    const result = v.safeParse(Solved, JSON.parse(atob(header)));
    return result.success ? result.output : undefined;
  } catch {}
}

/** Keys of their own: nothing else that AUTH_SECRET signs can pass for work. */
const secretsOf = ({ authSecret }: Config) => ({
  hmacSignatureSecret: `work:${authSecret}`,
  hmacKeySignatureSecret: `work-key:${authSecret}`,
});
