import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import { StartRefusal } from '../base/start-refusal.ts';
import { makeOnce } from './make-once.ts';
import { readIfThere } from './makers.ts';

/** As whom a server runs whose owner is root. */
export interface Account {
  uid: number;
  gid: number;
}

const whole = '.complete';

/** Postgres refuses uid 0. As root, use an existing unprivileged account: initdb needs one that has a name. */
export function unprivilegedAccount(): Account | undefined {
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
export function reachable({ native, account, rootDir }: { native: string; account: Account | undefined; rootDir: string }): string {
  if (!account || isReachableByOthers(native)) return native;
  const { version } = JSON.parse(fs.readFileSync(path.join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const copy = path.join(rootDir, `postgres-${version}`);
  makeOnce(copy, (aside) => {
    fs.cpSync(native, aside, { recursive: true, verbatimSymlinks: true });
    fs.writeFileSync(path.join(aside, whole), '');
  });
  // A copy comes with it or not at all; what somebody has removed a part of may be in use elsewhere, and is not ours to replace.
  if (!fs.existsSync(path.join(copy, whole))) throw new StartRefusal(`${copy} is not whole. Delete it and start again.`);
  return copy;
}

export function makeRoot({ dataDir, account, rootDir }: { dataDir: string; account: Account | undefined; rootDir: string }): string {
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
  // Earlier starts kept it in a file, which is empty when they were cut off.
  const before = readIfThere(path.join(dataDir, 'location'));
  if (before) return before;
  const remembered = path.join(dataDir, 'elsewhere');
  makeOnce(remembered, (aside) => {
    fs.mkdirSync(aside);
    fs.writeFileSync(path.join(aside, 'location'), path.join(rootDir, randomBytes(6).toString('hex')), { flush: true });
  });
  return fs.readFileSync(path.join(remembered, 'location'), 'utf8');
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
