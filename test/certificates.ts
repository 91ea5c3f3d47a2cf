/** An authority of one's own and what it vouches for, made anew for a test: TLS as on the internet, on this machine. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  key: string;
  cert: string;
}

export interface Authority {
  /** PEM, for NODE_EXTRA_CA_CERTS, which wrangler hands on to workerd. */
  file: string;
  /** @param names of hosts, or addresses as numbers */
  certify(...names: string[]): Certificate;
}

const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });

export function makeAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'afterword-ca-'));
  const at = (name: string) => join(folder, name);
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2', '-subj', '/CN=Test CA');
  let made = 0;
  return {
    file: at('ca.pem'),
    certify(...names) {
      const [own, request, cert, extensions] = ['key', 'csr', 'pem', 'ext'].map((kind) => at(`${made}.${kind}`));
      made += 1;
      const altNames = names.map((name) => `${/^[\d.]+$/.test(name) ? 'IP' : 'DNS'}:${name}`).join(',');
      writeFileSync(extensions!, `subjectAltName=${altNames}\n`);
      openssl('req', ...key, '-keyout', own!, '-out', request!, '-subj', `/CN=${names[0]}`);
      const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
      openssl('x509', '-req', '-in', request!, ...signed, '-out', cert!, '-extfile', extensions!);
      return { key: readFileSync(own!, 'utf8'), cert: readFileSync(cert!, 'utf8') };
    },
  };
}
