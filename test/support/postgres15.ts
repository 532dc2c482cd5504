import { type ChildProcess, execFile, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './free-port.ts';

export interface OldServer {
  url: string;
  stop(): Promise<void>;
}

const packageName = 'postgres-15-linux-x64';
/** The only platform that the package exists for here. */
export const hasPostgres15 = process.platform === 'linux' && process.arch === 'x64';
const readyMsMax = 30_000;

interface Options {
  /** Of the user postgres; absent: nobody is asked for one. */
  password?: string;
  /** PEM files; absent: no TLS. */
  certificate?: { key: string; cert: string };
}

/** The oldest Postgres that we support, from the package `postgres-15-linux-x64`: a server of the test's own, empty. */
export async function startPostgres15({ password, certificate }: Options = {}): Promise<OldServer> {
  const root = fs.mkdtempSync(path.join(tmpdir(), 'syncline-pg15-'));
  const account = unprivileged();
  const native = placeBinaries(root);
  if (account) for (const folder of [root, native]) fs.chownSync(folder, account.uid, account.gid);
  fs.chmodSync(root, 0o755);
  const data = path.join(root, 'data');
  const options = { ...account, cwd: root, env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' } };
  /** Written where the server may read it, and nobody else. */
  const place = (name: string, content: string) => {
    const file = path.join(root, name);
    fs.writeFileSync(file, content, { mode: 0o600 });
    if (account) fs.chownSync(file, account.uid, account.gid);
    return file;
  };
  const login = password === undefined ? ['--auth=trust'] : ['--auth=scram-sha-256', `--pwfile=${place('password', password)}`];
  await promisify(execFile)(
    path.join(native, 'bin/initdb'),
    ['-D', data, '-U', 'postgres', ...login, '--encoding=UTF8', '--locale=C', '--no-sync'],
    options,
  );
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'log_min_messages=fatal'];
  if (certificate) {
    settings.push('ssl=on', `ssl_key_file=${place('server.key', certificate.key)}`);
    settings.push(`ssl_cert_file=${place('server.crt', certificate.cert)}`);
  }
  const server = spawn(path.join(native, 'bin/postgres'), ['-D', data, '-p', String(port), ...settings.flatMap((set) => ['-c', set])], {
    ...options,
    stdio: 'ignore',
  });
  const url = `postgresql://postgres${password === undefined ? '' : `:${encodeURIComponent(password)}`}@127.0.0.1:${port}/postgres`;
  await untilReady(url, server);
  return {
    url,
    async stop() {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await gone;
      fs.rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A copy with its library links, where an unprivileged account can execute it. */
function placeBinaries(root: string): string {
  const installed = path.resolve(fileURLToPath(import.meta.resolve(packageName)), '../..');
  const native = path.join(root, 'native');
  fs.cpSync(path.join(installed, 'native'), native, { recursive: true, verbatimSymlinks: true });
  for (const { source, target } of JSON.parse(fs.readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[]) {
    const link = path.join(root, target);
    if (!fs.existsSync(link)) fs.symlinkSync(path.relative(path.dirname(target), source), link);
  }
  return native;
}

function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const rows = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const row = rows.find(([name]) => name === 'postgres') ?? rows.find(([name]) => name === 'nobody');
  if (!row) throw new Error('Postgres refuses to run as root, and there is no account postgres or nobody.');
  return { uid: Number(row[2]), gid: Number(row[3]) };
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  for (let waited = 0; waited < readyMsMax; waited += 50) {
    if (server.exitCode !== null) throw new Error(`Postgres 15 ended with code ${server.exitCode} instead of starting`);
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      // Not ready yet; the loop's bound says for how long that is an answer.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error('Postgres 15 is not ready');
}
