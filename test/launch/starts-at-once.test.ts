import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { claimFolder } from '../../src/db/embedded-owner.ts';
import { interleave } from '../support/interleave.ts';

const stepsMax = 200;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test('a folder whose owner was killed goes to one of two starts, at whatever step of the first the second comes in', async () => {
  const killed = makeFolder();
  await runKilled(`
    import { claimFolder } from ${source('embedded-owner')};
    await claimFolder(${JSON.stringify(placeIn(killed))});
    process.kill(process.pid, 'SIGKILL');`);
  expect(readdirSync(killed)).toHaveLength(1);
  const attempts = eachStep((n) => {
    const root = makeFolder();
    cpSync(killed, root, { recursive: true });
    const claims: Promise<unknown>[] = [];
    const claim = () => claims.push(claimFolder(placeIn(root)));
    return { cameIn: interleave(n, claim, claim), root, claims: Promise.allSettled(claims) };
  });
  for (const { cameIn, root, claims } of attempts) {
    expect((await claims).filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    if (cameIn)
      expect((await claims).find(({ status }) => status === 'rejected')).toMatchObject({ reason: { message: alreadyRuns(root) } });
    expect(readdirSync(root)).toHaveLength(1);
  }
});

test('a claim that is given up twice takes nothing from whoever has the folder by then', async () => {
  const root = makeFolder();
  const release = await claimFolder(placeIn(root));
  release();
  await claimFolder(placeIn(root));
  release();
  await expect(claimFolder(placeIn(root))).rejects.toThrow(alreadyRuns(root));
});

/** One attempt for each step that there is, and the last without anybody coming in. */
function eachStep<T extends { cameIn: boolean }>(attempt: (n: number) => T): T[] {
  const attempts: T[] = [];
  for (let n = 1; n <= stepsMax; n += 1) {
    const last = attempt(n);
    attempts.push(last);
    if (!last.cameIn) {
      expect(n).toBeGreaterThan(2);
      return attempts;
    }
  }
  throw new Error(`more than ${stepsMax} steps`);
}

async function runKilled(script: string): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'inherit', 'inherit'] });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
}

function source(name: string): string {
  return JSON.stringify(path.resolve(`src/db/${name}.ts`));
}

function placeIn(root: string): { root: string; data: string } {
  return { root, data: path.join(root, 'pgdata') };
}

function alreadyRuns(root: string): string {
  return `Syncline already runs on ${root} (process ${process.pid}). Stop it, or set SYNCLINE_DATA_DIR to another folder.`;
}

/** mkdtemp makes folders for us alone. */
function makeFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'syncline-at-once-'));
  folders.push(folder);
  return folder;
}
