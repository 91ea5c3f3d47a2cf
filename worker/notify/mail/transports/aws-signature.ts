/** Signature version 4 of a POST to Amazon: what a request needs so that it is taken as from the owner of the keys. */

export interface AwsKeys {
  accessKey: string;
  secretKey: string;
  region: string;
  service: string;
}

const encoder = new TextEncoder();
const toHex = (bytes: ArrayBuffer) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
const hash = async (text: string) => toHex(await crypto.subtle.digest('SHA-256', encoder.encode(text)));

async function sign(key: BufferSource, text: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return crypto.subtle.sign('HMAC', imported, encoder.encode(text));
}

/**
 * @param url without a query
 * @param headers lower-case, to be signed and sent
 * @param now epoch ms
 * @returns the headers to send
 */
export async function signAws(
  { accessKey, secretKey, region, service }: AwsKeys,
  url: string,
  headers: Record<string, string>,
  body: string,
  now: number,
): Promise<Record<string, string>> {
  const { host, pathname } = new URL(url);
  const time = new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  // The host is sent by whoever sends.
  const signed: Record<string, string> = { ...headers, host, 'x-amz-date': time };
  const names = Object.keys(signed).sort();
  const canonical = [
    'POST',
    pathname,
    '',
    ...names.map((name) => `${name}:${signed[name]!.trim()}`),
    '',
    names.join(';'),
    await hash(body),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  let key: BufferSource = encoder.encode(`AWS4${secretKey}`);
  for (const part of [day, region, service, 'aws4_request']) key = await sign(key, part);
  const signature = toHex(await sign(key, ['AWS4-HMAC-SHA256', time, scope, await hash(canonical)].join('\n')));
  const credential = `Credential=${accessKey}/${scope}`;
  return {
    ...headers,
    'x-amz-date': time,
    Authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}
