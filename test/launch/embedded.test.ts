import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../../src/db/embedded.ts';

vi.setConfig({ testTimeout: 90_000 });
const folders: string[] = [];
const servers: EmbeddedServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test('a second start keeps the data', async () => {
  const dataDir = makeFolder();
  const first = await startEmbedded({ dataDir });
  await query(first.url, 'create table kept (n int)');
  await first.stop();
  const second = await start(dataDir);
  expect(await query(second.url, 'select count(*)::int as n from kept')).toEqual([{ n: 0 }]);
});

test('two products on one data folder, also at the very first start: one is refused with a sentence and the other lives on', async () => {
  const dataDir = makeFolder();
  const begun = await Promise.allSettled([start(dataDir), start(dataDir)]);
  const refusals = begun.filter((one) => one.status === 'rejected').map(({ reason }) => String(reason));
  expect(refusals).toEqual([expect.stringContaining(`already runs on ${dataDir} (process ${process.pid})`)]);
  expect(await query(servers[0]!.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a folder that was claimed by a start whose process id is another’s by now can be used, and one that may not be written is named', async () => {
  const dataDir = makeFolder();
  writeFileSync(path.join(dataDir, `owner.${process.pid}-1-00000000`), '');
  expect(await query((await start(dataDir)).url, 'select 1 as one')).toEqual([{ one: 1 }]);
  const blocked = path.join(makeFolder(), 'file');
  writeFileSync(blocked, '');
  await expect(startEmbedded({ dataDir: blocked })).rejects.toThrow(blocked);
});

test('a server whose owner was killed with SIGKILL is gone, and the next start has the data', async () => {
  const dataDir = makeFolder();
  const { child, url } = await startInChild(dataDir);
  await query(url, 'create table kept (n int)');
  child.kill('SIGKILL');
  const next = await start(dataDir);
  expect(await query(next.url, 'select count(*)::int as n from kept')).toEqual([{ n: 0 }]);
});

test('a server that outlived both its owner and its watcher is ended and the next start has the data', async () => {
  const dataDir = makeFolder();
  const { child, url } = await startInChild(dataDir);
  await query(url, 'create table kept (n int)');
  const server = Number(readFileSync(path.join(dataDir, 'pgdata', 'postmaster.pid'), 'utf8').split('\n')[0]);
  const watchers = watchersOf(server);
  expect(watchers.length).toBeGreaterThan(0);
  for (const watcher of watchers) process.kill(watcher, 'SIGKILL');
  child.kill('SIGKILL');
  const next = await start(dataDir);
  expect(next.pid).not.toBe(server);
  expect(await query(next.url, 'select count(*)::int as n from kept')).toEqual([{ n: 0 }]);
});

test('a pid file that names a stranger does not keep Postgres from starting', async () => {
  const dataDir = makeFolder();
  const first = await startEmbedded({ dataDir });
  const file = path.join(dataDir, 'pgdata', 'postmaster.pid');
  const content = readFileSync(file, 'utf8');
  await first.stop();
  const stranger = spawn('sleep', ['60']);
  writeFileSync(file, content.replace(/^\d+/, String(stranger.pid)));
  const next = await start(dataDir);
  expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  stranger.kill();
});

test('a first start that is killed while its data is being made leaves nothing that keeps the next from starting', async () => {
  const dataDir = makeFolder();
  const child = spawn(process.execPath, ['--input-type=module', '-e', startIn(dataDir)], { stdio: 'ignore' });
  // initdb writes the version of the data first.
  const isHalfMade = () =>
    readdirSync(dataDir).some((name) => name.startsWith('pgdata') && existsSync(path.join(dataDir, name, 'PG_VERSION')));
  await expect.poll(isHalfMade, { timeout: 20_000, interval: 2 }).toBe(true);
  child.kill('SIGKILL');
  expect(await query((await start(dataDir)).url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('the initdb of a killed first start, which goes on for a while, does not keep the next from starting', async () => {
  const dataDir = makeFolder();
  const making = path.join(dataDir, 'pgdata.making-1');
  mkdirSync(making);
  const script = `
    import { writeFileSync } from 'node:fs';
    console.log('writing');
    for (const end = Date.now() + 1000; Date.now() < end; ) writeFileSync(${JSON.stringify(making)} + '/' + performance.now(), '');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  expect(await query((await start(dataDir)).url, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(readdirSync(dataDir)).not.toContain('pgdata.making-1');
});

test('a first start that was cut off while it wrote the password does not keep the next from starting', async () => {
  const dataDir = makeFolder();
  writeFileSync(path.join(dataDir, 'password'), '', { mode: 0o600 });
  expect(await query((await start(dataDir)).url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

async function start(dataDir: string): Promise<EmbeddedServer> {
  const server = await startEmbedded({ dataDir });
  servers.push(server);
  return server;
}

async function startInChild(dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', startIn(dataDir)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve) => child.stdout.once('data', (chunk: Buffer) => resolve(String(chunk).trim())));
  return { child, url };
}

function startIn(dataDir: string): string {
  return `
    import { startEmbedded } from ${JSON.stringify(path.resolve('src/db/embedded.ts'))};
    const server = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)} });
    console.log(server.url);
    setInterval(() => {}, 1000);`;
}

/** The watcher is a shell of the server's own process group. */
function watchersOf(server: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && readIfThere(`/proc/${name}/cmdline`).includes('pid=$$'))
    .filter((pid) => readIfThere(`/proc/${pid}/stat`).split(') ')[1]?.split(' ')[2] === String(server))
    .map(Number);
}

/** A process may end between two looks at it. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function makeFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'syncline-embedded-'));
  // As root the server runs as another account, which must be able to enter.
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
