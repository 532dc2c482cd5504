import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makeRoot, reachable } from '../../src/db/embedded-as-root.ts';
import { claimFolder } from '../../src/db/embedded-owner.ts';
import { interleave } from '../support/interleave.ts';

const stepsMax = 200;
const account = { uid: process.getuid!(), gid: process.getgid!() };
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

test('binaries that another first start has finished meanwhile are used and left alone, at whatever step it comes in', () => {
  const native = makeBinaries();
  const attempts = eachStep((n) => {
    const rootDir = path.join(makeFolder(), 'lib');
    const place = () => reachable({ native, account, rootDir });
    const answers: string[] = [];
    let inUse = 0;
    const cameIn = interleave(
      n,
      () => answers.push(place()),
      () => {
        answers.push(place());
        inUse = statSync(path.join(answers[0]!, 'bin', 'postgres')).ino;
      },
    );
    return { cameIn, rootDir, answers, inUse };
  });
  for (const { cameIn, rootDir, answers, inUse } of attempts) {
    expect(new Set(answers)).toEqual(new Set([path.join(rootDir, 'postgres-1.2.3')]));
    if (cameIn) expect(statSync(path.join(answers[0]!, 'bin', 'postgres')).ino).toBe(inUse);
    expect(readdirSync(rootDir)).toEqual(['postgres-1.2.3']);
  }
});

test('two first starts that keep their data elsewhere keep it in one place, at whatever step of the first the second comes in', () => {
  const attempts = eachStep((n) => {
    const place = () => makeRoot({ dataDir, account, rootDir });
    const { dataDir, rootDir } = makeClosed();
    const roots: string[] = [];
    const choose = () => roots.push(place());
    const cameIn = interleave(n, choose, choose);
    return { cameIn, dataDir, roots: [...roots, place()] };
  });
  for (const { dataDir, roots } of attempts) {
    expect(new Set(roots).size).toBe(1);
    expect(readdirSync(dataDir)).toHaveLength(1);
  }
});

test('where the data lies is asked of the file of earlier starts, and an empty one, of a start that was cut off, counts for nothing', () => {
  const { dataDir, rootDir } = makeClosed();
  mkdirSync(dataDir);
  writeFileSync(path.join(dataDir, 'location'), '');
  const chosen = makeRoot({ dataDir, account, rootDir });
  expect(path.dirname(chosen)).toBe(rootDir);
  expect(makeRoot({ dataDir, account, rootDir })).toBe(chosen);
  writeFileSync(path.join(dataDir, 'location'), path.join(rootDir, 'earlier'));
  expect(makeRoot({ dataDir, account, rootDir })).toBe(path.join(rootDir, 'earlier'));
});

test('what first starts that were killed have left lying is cleared away by the next', async () => {
  const native = makeBinaries();
  const { dataDir, rootDir } = makeClosed();
  const given = JSON.stringify({ native, dataDir, account, rootDir });
  for (const name of ['reachable', 'makeRoot'])
    await runKilled(`
      import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      import { ${name} } from ${source('embedded-as-root')};
      fs.renameSync = () => process.kill(process.pid, 'SIGKILL');
      syncBuiltinESMExports();
      ${name}(${given});`);
  expect(readdirSync(rootDir)).toHaveLength(1);
  expect(readdirSync(dataDir)).toHaveLength(1);
  const copy = reachable({ native, account, rootDir });
  const root = makeRoot({ dataDir, account, rootDir });
  expect(readFileSync(path.join(copy, 'bin', 'postgres'), 'utf8')).toBe('binary');
  expect(readdirSync(rootDir).sort()).toEqual([path.basename(root), 'postgres-1.2.3'].sort());
  expect(readdirSync(dataDir)).toHaveLength(1);
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

/** A package with binaries, in a folder that others cannot enter. */
function makeBinaries(): string {
  const folder = makeFolder();
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ version: '1.2.3' }));
  mkdirSync(path.join(folder, 'native', 'bin'), { recursive: true });
  writeFileSync(path.join(folder, 'native', 'bin', 'postgres'), 'binary');
  return path.join(folder, 'native');
}

/** A data folder below one that others cannot enter. */
function makeClosed(): { dataDir: string; rootDir: string } {
  const folder = makeFolder();
  return { dataDir: path.join(folder, 'data'), rootDir: path.join(folder, 'lib') };
}

/** mkdtemp makes folders for us alone. */
function makeFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'syncline-at-once-'));
  folders.push(folder);
  return folder;
}
