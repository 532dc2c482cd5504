import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { authorize } from '../../sandbox/authorize.ts';
import { freePort } from '../support/free-port.ts';

vi.setConfig({ testTimeout: 90_000 });
const dataDir = mkdtempSync(path.join(tmpdir(), 'syncline-start-'));
const readyMsMax = 30_000;
let port: number;
let url: string;
const started: Started[] = [];

beforeAll(async () => {
  chmodSync(dataDir, 0o755); // as root, the server runs as another account
  port = await freePort();
  url = `http://localhost:${port}`;
});

afterAll(async () => {
  for (const { child, ended } of started) {
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(dataDir, { recursive: true, force: true });
});

test('the first start prepares everything, and what it prints works: connect in a browser, then list the records', async () => {
  const { output, child, ended } = await start();
  expect(/https?:\/\/\S+/.exec(output())![0]).toBe(url);
  expect(await get('/healthz')).toMatchObject({ status: 200 });
  expect(statSync(path.join(dataDir, 'api-key')).mode & 0o777).toBe(0o600);
  const key = readFileSync(path.join(dataDir, 'api-key'), 'utf8');
  expect(output()).not.toContain(key);

  const connectUrl = /https?:\/\/\S+\/connect\/\S+/.exec(output())![0];
  // The last page belongs to nobody's form: the flow ends there.
  await expect(authorize({ url: connectUrl, account: 'demo-crm', isCallback: () => false })).rejects.toThrow('answered 200 without a form');
  const records = await poll(async () => {
    const answer = await get('/v1/records/sandbox/contacts?customer_id=demo-customer&page_size=5', key);
    const { data } = JSON.parse(answer.text) as { data?: unknown[] };
    return data?.length ? data : undefined;
  });
  expect(records).toHaveLength(5);

  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('a second start takes seconds and keeps key and data', async () => {
  const key = readFileSync(path.join(dataDir, 'api-key'), 'utf8');
  const begun = performance.now();
  await start();
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(readFileSync(path.join(dataDir, 'api-key'), 'utf8')).toBe(key);
  const { text } = await get('/v1/records/sandbox/contacts?customer_id=demo-customer&page_size=5', key);
  expect(JSON.parse(text).data).toHaveLength(5);
});

test('a port that is taken is said in words', async () => {
  const second = mkdtempSync(path.join(tmpdir(), 'syncline-start-'));
  chmodSync(second, 0o755);
  const { output, ended } = launch({ SYNCLINE_DATA_DIR: second });
  expect(await ended).toBe(1);
  expect(output()).toContain(`Port ${port} is taken`);
  expect(output()).not.toContain('    at ');
  rmSync(second, { recursive: true, force: true });
});

test('after SIGKILL nothing is left running, and the next start has everything', async () => {
  const { child, ended } = started.findLast((one) => one.child.exitCode === null)!;
  const sandbox = (JSON.parse(readFileSync(path.join(dataDir, 'running.json'), 'utf8')) as { sandboxUrl: string }).sandboxUrl;
  child.kill('SIGKILL');
  await ended;
  await poll(async () => ((await answers(`${sandbox}/`)) ? undefined : true));
  await start();
  const key = readFileSync(path.join(dataDir, 'api-key'), 'utf8');
  const { text } = await get('/v1/records/sandbox/contacts?customer_id=demo-customer&page_size=5', key);
  expect(JSON.parse(text).data).toHaveLength(5);
});

test('production refuses to start with everything that is missing in one message', async () => {
  const { output, ended } = launch({ SYNCLINE_ENV: 'production', SYNCLINE_TEST_CLOCK: '1' });
  expect(await ended).toBe(1);
  for (const name of ['DATABASE_URL', 'SYNCLINE_ENCRYPTION_KEYS', 'SYNCLINE_TEST_CLOCK']) expect(output()).toContain(name);
  expect(existsSync(path.join(dataDir, 'vault-key'))).toBe(true);
});

interface Started {
  child: ChildProcess;
  output(): string;
  ended: Promise<number | null>;
}

function launch(env: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, ['src/main.ts'], {
    env: { PATH: process.env.PATH, PORT: String(port), SYNCLINE_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const running = { child, output: () => output, ended };
  started.push(running);
  return running;
}

async function start(): Promise<Started> {
  const running = launch();
  await poll(async () => {
    if (running.child.exitCode !== null) throw new Error(`ended with ${running.child.exitCode}: ${running.output()}`);
    return /Stop with Ctrl-C/.test(running.output()) ? true : undefined;
  });
  return running;
}

async function get(at: string, key?: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url + at, { headers: key ? { authorization: `Bearer ${key}` } : {} });
  return { status: response.status, text: await response.text() };
}

function answers(at: string): Promise<boolean> {
  return fetch(at).then(
    () => true,
    () => false,
  );
}

async function poll<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const begun = performance.now(); performance.now() - begun < readyMsMax; await sleep(100)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error('waited too long');
}
