/**
 * Whoever receives webhooks, written from the text of Standard Webhooks 1.0 and from nothing of ours: it takes what is signed for it,
 * new, and once.
 */
export interface Message {
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

export class Verifier {
  readonly #secret: string;
  readonly #toleranceS: number;
  readonly #known = new Set<string>();

  constructor(secret: string, toleranceS = 300) {
    this.#secret = secret;
    this.#toleranceS = toleranceS;
  }

  /** @param nowS epoch seconds @throws Error that says what is wrong */
  async take(headers: Record<string, string>, body: string, nowS = Math.floor(Date.now() / 1000)): Promise<Message> {
    const id = headers['webhook-id'];
    const timestamp = headers['webhook-timestamp'];
    const signatures = headers['webhook-signature'];
    if (!id || !timestamp || !signatures) throw new Error('a header is missing');
    if (id.includes('.')) throw new Error('the id has the separator in it');
    if (!/^\d+$/.test(timestamp)) throw new Error('the time is no whole number of seconds');
    if (Math.abs(nowS - Number(timestamp)) > this.#toleranceS) throw new Error('stale');
    const expected = await this.#sign(`${id}.${timestamp}.${body}`);
    const mine = signatures.split(' ').filter((signature) => signature.startsWith('v1,'));
    if (!mine.some((signature) => equals(signature.slice(3), expected))) throw new Error('nobody of mine signed this');
    if (this.#known.has(id)) throw new Error('replayed');
    this.#known.add(id);
    return JSON.parse(body) as Message;
  }

  async #sign(content: string): Promise<string> {
    if (!this.#secret.startsWith('whsec_')) throw new Error('a secret begins with whsec_');
    const bytes = Uint8Array.from(atob(this.#secret.slice(6)), (char) => char.charCodeAt(0));
    if (bytes.length < 24 || bytes.length > 64) throw new Error('a secret has 24 to 64 bytes');
    const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(content)));
    return btoa(String.fromCharCode(...mac));
  }
}

/** In the same time, wherever they differ. */
function equals(a: string, b: string): boolean {
  let differs = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) differs |= (a.charCodeAt(i) || 0) ^ b.charCodeAt(i);
  return differs === 0;
}
