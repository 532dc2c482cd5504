import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';

/** The process that has set something down. `startedAt` tells a reused process id from the same process; null: it cannot be asked. */
export interface Maker {
  pid: number;
  startedAt: string | null;
}

/**
 * A name for what this process sets down where others do the same. It tells who made it and is never given again: what a process that
 * is gone has left can be removed by anyone at any time, and hits nothing that a living one has made since.
 */
export function signed(prefix: string): string {
  return `${prefix}.${process.pid}-${readStat(process.pid)?.startedAt ?? ''}-${randomBytes(4).toString('hex')}`;
}

/** null: the name was not made by `signed(prefix)`. */
export function readMaker(name: string, prefix: string): Maker | null {
  const found = name.startsWith(`${prefix}.`) && /^(\d+)-(\d*)-[0-9a-f]{8}$/.exec(name.slice(prefix.length + 1));
  return found ? { pid: Number(found[1]), startedAt: found[2] || null } : null;
}

/** A killed process that nobody has reaped yet (state Z) still takes signals; it is not alive. */
export function isAlive({ pid, startedAt }: Maker): boolean {
  if (!canBeSignalled(pid)) return false;
  const stat = readStat(pid);
  return stat === null || (stat.state !== 'Z' && stat.startedAt === startedAt);
}

export function canBeSignalled(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process, and with it what it has in /proc, may end between two looks at it. */
export function readIfThere(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** /proc/<pid>/stat: the state, and field 22, clock ticks between boot and the process's start. null: ended, or not Linux. */
function readStat(pid: number): { state: string; startedAt: string } | null {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The name in parentheses may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0]!, startedAt: fields[19]! };
}
