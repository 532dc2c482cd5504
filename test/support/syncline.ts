/**
 * The whole product on real HTTP for tests.
 *
 *   const syncline = await startSyncline();                       // API + worker in this process, sandbox, own database
 *   await syncline.setUpProvider({ objects: ['contacts'] });
 *   const { connectionId } = await syncline.connectCustomer({ customerId: 'acme', account: 'acme-crm' });
 *   const sync = await syncline.findSync({ connectionId, object: 'contacts' });
 *   const run = await syncline.waitForRun({ syncId: sync.id });
 *   await syncline.control.update({ account: 'acme-crm', object: 'contacts', count: 3, fields: { name: 'New' } });
 *   await syncline.runSync({ syncId: sync.id });
 *   const { status, body } = await syncline.request('GET', '/v1/records/sandbox/contacts?customer_id=acme');
 *   await syncline.close();
 *
 * `startProcesses()` gives the same with API and workers as separate OS processes, which can be killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import type pg from 'pg';
import type { Control } from '../../sandbox/control-client.ts';
import { Secret } from '../../src/base/secret.ts';
import { createSyncline, type Syncline } from '../../src/compose.ts';
import { type Config, defaultLimits, type Limits } from '../../src/ops/config.ts';
import { createHttpClient, type HttpClient } from './client.ts';
import { createTestDatabase } from './database.ts';
import { freePort } from './free-port.ts';
import { testPool } from './pool.ts';
import { type RunningSandbox, startSandbox } from './sandbox.ts';
import { createSteps, returnUrl } from './steps.ts';

export type TestClient = HttpClient & ReturnType<typeof createSteps>;

export interface TestSyncline extends TestClient {
  url: string;
  apiKey: string;
  applicationId: string;
  operatorKey: string;
  databaseUrl: string;
  /** Straight to the database, for looking and for breaking things. */
  pool: pg.Pool;
  control: Control;
  sandboxUrl: string;
  /** Another vendor's application, with a client of its own. */
  createApplication(name?: string): Promise<TestClient & { apiKey: string; applicationId: string }>;
  /** Moves the database's clock and this process's; other processes follow within 200 ms. */
  setClock(offsetMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface TestOptions {
  /** Default true: runs are worked off. */
  worker?: boolean;
  limits?: Partial<Limits>;
  /** A sandbox that several products share; default: one of its own, closed with the product. */
  sandbox?: RunningSandbox;
  /** An existing database (of `createTestDatabase`), which then outlives the product. */
  databaseUrl?: string;
  config?: Partial<Config>;
}

/** Runs begin within a second of being due, and dead workers are noticed soon: tests do not wait long. */
const testLimits: Limits = { ...defaultLimits, tickSeconds: 0.5, leaseSeconds: 5, hookPauseSeconds: 0.5 };
const operatorKey = 'operator-key-of-the-tests-0123456789abcdef';
const encryptionKey = { id: 'test', key: Buffer.alloc(32, 7) };

export async function startSyncline(options: TestOptions = {}): Promise<TestSyncline & { syncline: Syncline; config: Config }> {
  const parts = await startParts(options);
  let syncline: Syncline | undefined;
  const server = createAdaptorServer({ fetch: (request: Request) => syncline!.fetch(request) }) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config: Config = { ...configFor(parts, options), publicUrl: url, ...options.config };
  syncline = await createSyncline(config);
  if (options.worker ?? true) await syncline.startWorker();
  const running = syncline;
  const common = await describe({ url, parts, refreshClock: () => running.refreshClock() });
  return {
    ...common,
    syncline,
    config,
    async close() {
      await running.close();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await parts.close();
    },
  };
}

export interface TestProcess {
  pid: number;
  /** Everything it has printed. */
  output(): string;
  /** SIGKILL unless told otherwise; waits for the end and answers the exit code. */
  kill(signal?: NodeJS.Signals): Promise<number | null>;
}

/** API and workers as processes of their own, meeting in one database: for killing, and for races between processes. */
export async function startProcesses(options: TestOptions & { workers?: number } = {}): Promise<
  TestSyncline & {
    api: TestProcess;
    workers: TestProcess[];
    startWorkerProcess(): Promise<TestProcess>;
    startApiProcess(): Promise<TestProcess>;
  }
> {
  const parts = await startParts(options);
  const port = await freePort();
  const dataDir = mkdtempSync(path.join(tmpdir(), 'syncline-process-'));
  const env = {
    PATH: process.env.PATH,
    PORT: String(port),
    DATABASE_URL: parts.databaseUrl,
    SYNCLINE_ENV: 'development',
    SYNCLINE_DATA_DIR: dataDir,
    SYNCLINE_PUBLIC_URL: `http://127.0.0.1:${port}`,
    SYNCLINE_ENCRYPTION_KEYS: `${encryptionKey.id}:${encryptionKey.key.toString('base64')}`,
    SYNCLINE_OPERATOR_KEY: operatorKey,
    SYNCLINE_ORIGIN_OVERRIDES: JSON.stringify(parts.sandbox.originOverrides),
    SYNCLINE_TEST_CLOCK: '1',
    SYNCLINE_LOG_LEVEL: options.config?.logLevel ?? 'error',
    SYNCLINE_LIMITS: JSON.stringify({ ...testLimits, ...options.limits }),
  };
  const processes: TestProcess[] = [];
  const start = async (command: 'serve' | 'work') => {
    const started = await startProcess(command, env);
    processes.push(started);
    return started;
  };
  const workerCount = options.workers ?? 1;
  const [api, ...workers] = await Promise.all([start('serve'), ...Array.from({ length: workerCount }, () => start('work'))]);
  const common = await describe({
    url: env.SYNCLINE_PUBLIC_URL,
    parts,
    refreshClock: () => new Promise((resolve) => setTimeout(resolve, clockPollMs)),
  });
  return {
    ...common,
    api,
    workers,
    startWorkerProcess: () => start('work'),
    startApiProcess: () => start('serve'),
    async close() {
      await Promise.all(processes.map((running) => running.kill()));
      await parts.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Processes look at the clock's offset every 200 ms. */
const clockPollMs = 300;
const processReadyMsMax = 60_000;

interface Parts {
  databaseUrl: string;
  pool: pg.Pool;
  sandbox: RunningSandbox;
  close(): Promise<void>;
}

async function startParts(options: TestOptions): Promise<Parts> {
  const [database, sandbox] = await Promise.all([
    options.databaseUrl ? { url: options.databaseUrl, drop: async () => undefined } : createTestDatabase(),
    options.sandbox ?? startSandbox(),
  ]);
  const pool = testPool(database.url, { max: 4 });
  return {
    databaseUrl: database.url,
    pool,
    sandbox,
    async close() {
      await pool.end();
      if (!options.sandbox) await sandbox.close();
      await database.drop();
    },
  };
}

function configFor(parts: Parts, options: TestOptions): Config {
  return {
    environment: 'development',
    databaseUrl: new Secret(parts.databaseUrl),
    dataDir: tmpdir(),
    port: 0,
    host: '127.0.0.1',
    publicUrl: '',
    encryptionKeys: [encryptionKey],
    operatorKey: new Secret(operatorKey),
    workerConcurrency: 4,
    poolMax: 10,
    hubPoolMax: 8,
    logLevel: 'error',
    originOverrides: parts.sandbox.originOverrides,
    allowPrivateAddresses: true,
    sqlAddress: null,
    testClock: true,
    limits: { ...testLimits, ...options.limits },
  };
}

async function describe({
  url,
  parts,
  refreshClock,
}: {
  url: string;
  parts: Parts;
  refreshClock: () => Promise<void>;
}): Promise<Omit<TestSyncline, 'close'>> {
  const clientFor = (apiKey: string): TestClient => {
    const http = createHttpClient({ url, apiKey });
    return { ...http, ...createSteps(http) };
  };
  const createApplication = async (name = `Vendor ${randomBytes(3).toString('hex')}`) => {
    const created = await clientFor(operatorKey).call('POST', '/v1/applications', { name, return_urls: [returnUrl] });
    const apiKey = created.api_key.key as string;
    return { ...clientFor(apiKey), apiKey, applicationId: created.application.id as string };
  };
  const first = await createApplication('Test vendor');
  return {
    ...first,
    url,
    operatorKey,
    databaseUrl: parts.databaseUrl,
    pool: parts.pool,
    control: parts.sandbox.control,
    sandboxUrl: parts.sandbox.url,
    createApplication,
    async setClock(offsetMs) {
      await parts.pool.query(
        `insert into clock_offset (id, milliseconds)
         values (1, $1::bigint)
         on conflict (id) do update set milliseconds = excluded.milliseconds`,
        [Math.round(offsetMs)],
      );
      await refreshClock();
    },
  };
}

async function startProcess(command: 'serve' | 'work', env: Record<string, string | undefined>): Promise<TestProcess> {
  const child: ChildProcess = spawn(process.execPath, ['src/main.ts', command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${command} is not ready: ${output}`));
    }, processReadyMsMax);
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (chunk: Buffer) => {
        output += chunk;
        if (!/^Syncline /m.test(output)) return;
        clearTimeout(timer);
        resolve();
      });
    child.once('exit', (code) => reject(new Error(`${command} ended with code ${code}: ${output}`)));
  });
  return {
    pid: child.pid!,
    output: () => output,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      return ended;
    },
  };
}
