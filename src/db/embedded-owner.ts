import * as fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartRefusal } from '../base/start-refusal.ts';
import { canBeSignalled, isAlive, type Maker, readIfThere, readMaker, signed } from './makers.ts';

/** The port of a server that another living process has started on this data, or null. */
export function findLivingServer({ root, data }: Folder): number | null {
  const server = readServer(data);
  return server && isServerOf(server.pid, data) && readClaims(root).some(({ owner }) => isAlive(owner)) ? server.port : null;
}

interface Folder {
  root: string;
  data: string;
}

/** An empty file: its name tells whose it is, so that no claim is ever half written, and removing one takes away no other. */
interface Claim {
  file: string;
  owner: Maker;
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
 * first is just setting up, or end its server. Refused while another has it; the claim of a killed one counts for nothing.
 */
export async function claimFolder({ root, data }: Folder): Promise<() => void> {
  const mine = path.join(root, signed('owner'));
  const release = () => fs.rmSync(mine, { force: true });
  try {
    for (const begun = performance.now(); ; await sleep(pollMs)) {
      // Set down first, then looked around: of two that do so at once, one at least sees the other.
      fs.writeFileSync(mine, '', { mode: 0o600 });
      const others = readClaims(root).filter((claim) => claim.file !== mine && !removeLost(claim, data));
      if (others.length === 0) return release;
      // The first in the alphabet keeps its place while it waits: two that both gave way would meet again and again.
      if (others.some(({ file }) => file < mine)) release();
      // A restart meets the one before it while that is still ending.
      if (performance.now() - begun < ownerEndMsMax) continue;
      const who = `process ${others[0]!.owner.pid}`;
      throw new StartRefusal(`Syncline already runs on ${root} (${who}). Stop it, or set SYNCLINE_DATA_DIR to another folder.`);
    }
  } catch (error) {
    release();
    throw error;
  }
}

function readClaims(root: string): Claim[] {
  return fs.readdirSync(root).flatMap((name) => {
    const owner = readMaker(name, 'owner');
    return owner ? [{ file: path.join(root, name), owner }] : [];
  });
}

function removeLost(claim: Claim, data: string): boolean {
  if (isHeld(claim, data)) return false;
  fs.rmSync(claim.file, { force: true });
  return true;
}

/** Where nobody can be asked when a process began, its id may be another's by now: its server, or a start under way, must show it. */
function isHeld({ file, owner }: Claim, data: string): boolean {
  if (!isAlive(owner)) return false;
  if (owner.startedAt !== null) return true;
  const server = readServer(data);
  if (server && isServerOf(server.pid, data)) return true;
  const claimed = fs.statSync(file, { throwIfNoEntry: false });
  return claimed !== undefined && Date.now() - claimed.mtimeMs < startMsMax;
}

/** A server that its owner left behind (both killed with SIGKILL, watcher included) is ended, so that a new one can start on its data. */
export async function recoverDataFolder({ data }: { data: string }): Promise<void> {
  const server = readServer(data);
  if (server === null) return;
  const isRunning = () => isServerOf(server.pid, data);
  if (!isRunning()) {
    // The id was given to a stranger, or nobody has it: Postgres would refuse for the stranger's sake.
    fs.rmSync(path.join(data, 'postmaster.pid'), { force: true });
    return;
  }
  // The watcher may be at it already.
  if (await ended(isRunning, ownShutdownMsMax)) return;
  signal(server.pid, 'SIGINT');
  if (await ended(isRunning, fastShutdownMsMax)) return;
  signal(server.pid, 'SIGQUIT');
  if (await ended(isRunning, immediateShutdownMsMax)) return;
  throw new StartRefusal(`A Postgres that was left behind (process ${server.pid}) does not end. End it and start again.`);
}

/** postmaster.pid: the first line is the process, the fourth the port. */
function readServer(data: string): { pid: number; port: number } | null {
  const lines = (readIfThere(path.join(data, 'postmaster.pid')) ?? '').split('\n');
  return Number(lines[0]) ? { pid: Number(lines[0]), port: Number(lines[3]) } : null;
}

function isServerOf(pid: number, data: string): boolean {
  if (!canBeSignalled(pid)) return false;
  // Elsewhere than on Linux we cannot ask; a live process is then believed to be the server.
  if (process.platform !== 'linux') return true;
  return (readIfThere(`/proc/${pid}/cmdline`) ?? '').split('\0').includes(data);
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
