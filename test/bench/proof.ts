/**
 * What it costs to know who is speaking: CPU time of checking a proof and the token of a session, by the worker's own code
 * in this process, against a bare ES256 verification.
 */

import { calculateJwkThumbprint, decodeProtectedHeader, type JWK } from 'jose';
import { createKey } from '../../cli/key.ts';
import { loadCode } from './code.ts';
import { fixed, median, printTable, type Report } from './report.ts';

const TARGET_MS = 2;
const URL_OF_POST = 'https://comments.example/api/v1/comments';
const SECRETS = { authSecret: 'bench-auth-secret-0123456789-abcdefghij', previousAuthSecret: null };

interface Code {
  verifyProof(proof: string, request: { method: string; url: string }, now: number): Promise<{ jkt: string }>;
  checkDigest(proof: unknown, body: string): Promise<void>;
  signToken(claims: object, jkt: string, secrets: object, now: number): Promise<string>;
  verifyToken(token: string, proof: unknown, secrets: object, now: number): Promise<unknown>;
}

/** @param effort.count verifications in a round */
export async function measureProof(report: Report, effort: { rounds: number; count: number }): Promise<void> {
  const code = await loadCode<Code>(['identity/proof', 'identity/token']);
  const key = await createKey();
  const body = JSON.stringify({ url: 'https://blog.example/post', body: 'The first sun for a week.'.repeat(20) });
  const probe = await key.prove('POST', URL_OF_POST, body);
  const jwk = decodeProtectedHeader(probe).jwk as JWK;
  const now = Date.now();
  const claims = { sessionId: '0'.repeat(26), personId: '1'.repeat(26), siteId: 'main' };
  const token = await code.signToken(claims, await calculateJwkThumbprint(jwk), SECRETS, now);
  const proofs = await Promise.all(
    Array.from({ length: effort.count }, () => key.prove('POST', URL_OF_POST, body, token)),
  );
  const bare = await crypto.subtle.importKey('jwk', jwk as never, { name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'verify',
  ]);
  const floor = async (proof: string) => {
    const [head, payload, signature] = proof.split('.');
    const data = Buffer.from(`${head}.${payload}`);
    const good = await crypto.subtle.verify(
      { name: 'ECDSA', hash: 'SHA-256' },
      bare,
      Buffer.from(signature!, 'base64url'),
      data,
    );
    if (!good) throw new Error('The signature is not good.');
  };
  const ours = async (proof: string) => {
    const verified = await code.verifyProof(proof, { method: 'POST', url: URL_OF_POST }, now);
    await code.checkDigest(verified, body);
    await code.verifyToken(token, verified, SECRETS, now);
  };
  const series = { floor: [] as number[], ours: [] as number[] };
  for (let round = 0; round <= effort.rounds; round++) {
    const [a, b] = [await cpuMs(floor, proofs), await cpuMs(ours, proofs)];
    if (round === 0) continue; // to warm up
    series.floor.push(a);
    series.ours.push(b);
  }
  const took = median(series.ours);
  printTable(
    report,
    `Who is speaking: CPU time of each, medians of ${effort.rounds} rounds of ${effort.count}`,
    ['check', 'ms', 'of floor'],
    [
      ['proof, its digest of the body, and token', fixed(took, 3), fixed(took / median(series.floor))],
      ['  floor: one ES256 signature, key at hand', fixed(median(series.floor), 3), '1'],
    ],
    ['user and system time of all threads of this process; the key of a proof is imported each time'],
  );
  report.verdicts.push({
    what: 'checking proof and session',
    target: `≤ ${TARGET_MS} ms CPU`,
    measured: `${fixed(took, 3)} ms`,
    ok: took <= TARGET_MS,
    firm: false,
  });
}

/** CPU time of one call, in milliseconds. */
async function cpuMs(check: (proof: string) => Promise<void>, proofs: string[]): Promise<number> {
  const before = process.cpuUsage();
  for (const proof of proofs) await check(proof);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / proofs.length;
}
