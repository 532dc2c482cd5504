import * as fs from 'node:fs';
import path from 'node:path';
import { isAlive, readMaker, signed } from './makers.ts';

/**
 * Makes a folder that several processes may be making at this moment, without a lock: each makes one of its own aside and renames it, which
 * succeeds for the first only, on every file system. What is there is whole and never replaced, because others may be using it.
 */
export function makeOnce(folder: string, make: (aside: string) => void): void {
  if (fs.existsSync(folder)) return;
  fs.mkdirSync(path.dirname(folder), { recursive: true, mode: 0o755 });
  clearAway(folder);
  const aside = signed(folder);
  try {
    make(aside);
    renameUnlessThere(aside, folder);
  } finally {
    fs.rmSync(aside, { recursive: true, force: true });
  }
}

/** What processes that are gone were still making. */
function clearAway(folder: string): void {
  for (const name of fs.readdirSync(path.dirname(folder))) {
    const maker = readMaker(name, path.basename(folder));
    if (maker && !isAlive(maker)) fs.rmSync(path.join(path.dirname(folder), name), { recursive: true, force: true });
  }
}

function renameUnlessThere(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
