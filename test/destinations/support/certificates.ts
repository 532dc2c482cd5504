import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Certificates of the tests are made by the machine's own tool, so that no private key lies in the repository. */
export const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** A CA, and a server certificate of it for a name. */
export function makeCertificates(subjectAltName: string): { ca: string; server: { key: string; cert: string } } {
  const folder = mkdtempSync(path.join(tmpdir(), 'syncline-tls-'));
  const at = (name: string) => path.join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=Test CA');
    openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=server');
    writeFileSync(at('names'), `subjectAltName=${subjectAltName}\n`);
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names', '-out', 'server.crt'];
    openssl('x509', '-req', '-in', 'server.csr', ...signed);
    const read = (name: string) => readFileSync(at(name), 'utf8');
    return { ca: read('ca.crt'), server: { key: read('server.key'), cert: read('server.crt') } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
