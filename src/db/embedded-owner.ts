import * as fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartRefusal } from '../base/start-refusal.ts';

/** The port of a server that another living process has started on this data, or null. */
export function findLivingServer({ root, data }: { root: string; data: string }): number | null {
  const owner = readOwner(root);
  const server = readServerPid(data);
  return owner && server !== null && isAlive(owner) && isServerOf(server, data) ? owner.port : null;
}

/** The process that has a data folder. `startedAt` tells a reused process id from the same process; null: it cannot be asked. */
interface Owner {
  pid: number;
  startedAt: string | null;
  port: number;
}

const ownerEndMsMax = 2_000;
/** As long as a start may take. */
const startMsMax = 120_000;
const ownShutdownMsMax = 3_000;
const fastShutdownMsMax = 15_000;
const immediateShutdownMsMax = 5_000;
const pollMs = 50;

/**
 * Takes a data folder before anything in it is touched: of two products that start on one at once, the second would remove what the
 * first is just setting up, or end its server. Refused while another has it; a claim whose owner was killed is taken over.
 */
export async function claimFolder({ root, data, port }: { root: string; data: string; port: number }): Promise<void> {
  const file = path.join(root, 'owner.json');
  const mine: Owner = { pid: process.pid, startedAt: readStat(process.pid)?.startedAt ?? null, port };
  for (const begun = performance.now(); ; await sleep(pollMs)) {
    const owner = readOwner(root);
    if (owner && !isHeld(owner, data, file)) fs.rmSync(file, { force: true });
    if (create(file, JSON.stringify(mine))) return;
    // A restart meets the one before it while that is still ending.
    if (performance.now() - begun < ownerEndMsMax) continue;
    const who = owner ? `process ${owner.pid}` : `or a start was cut off: then delete ${file}`;
    throw new StartRefusal(`Syncline already runs on ${root} (${who}). Stop it, or set SYNCLINE_DATA_DIR to another folder.`);
  }
}

/** Where nobody can be asked when a process began, its id may be another's by now: its server, or a start under way, must show it. */
function isHeld(owner: Owner, data: string, file: string): boolean {
  if (!isAlive(owner)) return false;
  if (owner.startedAt !== null) return true;
  const server = readServerPid(data);
  return (server !== null && isServerOf(server, data)) || Date.now() - fs.statSync(file).mtimeMs < startMsMax;
}

function create(file: string, content: string): boolean {
  try {
    fs.writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A server that its owner left behind (both killed with SIGKILL, watcher included) is ended, so that a new one can start on its data. */
export async function recoverDataFolder({ data }: { data: string }): Promise<void> {
  const server = readServerPid(data);
  if (server === null) return;
  const isRunning = () => isServerOf(server, data);
  if (!isRunning()) {
    // The id was given to a stranger, or nobody has it: Postgres would refuse for the stranger's sake.
    fs.rmSync(path.join(data, 'postmaster.pid'), { force: true });
    return;
  }
  // The watcher may be at it already.
  if (await ended(isRunning, ownShutdownMsMax)) return;
  signal(server, 'SIGINT');
  if (await ended(isRunning, fastShutdownMsMax)) return;
  signal(server, 'SIGQUIT');
  if (await ended(isRunning, immediateShutdownMsMax)) return;
  throw new StartRefusal(`A Postgres that was left behind (process ${server}) does not end. End it and start again.`);
}

export function releaseFolder({ root }: { root: string }): void {
  fs.rmSync(path.join(root, 'owner.json'), { force: true });
}

/** Empty while it is just being written. */
function readOwner(root: string): Owner | null {
  const text = readIfThere(path.join(root, 'owner.json'));
  return text ? (JSON.parse(text) as Owner) : null;
}

function readServerPid(data: string): number | null {
  return Number(readIfThere(path.join(data, 'postmaster.pid'))?.split('\n')[0]) || null;
}

/** A killed process that nobody has reaped yet (state Z) still takes signals; it is not alive. */
function isAlive({ pid, startedAt }: Owner): boolean {
  if (!canBeSignalled(pid)) return false;
  const stat = readStat(pid);
  return stat === null || (stat.state !== 'Z' && stat.startedAt === startedAt);
}

function isServerOf(pid: number, data: string): boolean {
  if (!canBeSignalled(pid)) return false;
  // Elsewhere than on Linux we cannot ask; a live process is then believed to be the server.
  if (process.platform !== 'linux') return true;
  return (readIfThere(`/proc/${pid}/cmdline`) ?? '').split('\0').includes(data);
}

/** /proc/<pid>/stat: the state, and field 22, clock ticks between boot and the process's start. null: ended, or not Linux. */
function readStat(pid: number): { state: string; startedAt: string } | null {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The name in parentheses may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0]!, startedAt: fields[19]! };
}

/** A process may end between two looks at it. */
function readIfThere(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function canBeSignalled(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function ended(isRunning: () => boolean, msMax: number): Promise<boolean> {
  for (const begun = performance.now(); performance.now() - begun < msMax; await sleep(pollMs)) if (!isRunning()) return true;
  return false;
}
