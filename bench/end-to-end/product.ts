import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { createControl } from '../../sandbox/control-client.ts';
import { originOverridesFor } from '../../sandbox/index.ts';
import { createSyncline } from '../../src/compose.ts';
import { parseConfig } from '../../src/ops/parse-config.ts';
import { createHttpClient } from '../../test/support/client.ts';
import { freePort } from '../../test/support/free-port.ts';
import { createSteps } from '../../test/support/steps.ts';

/** The product as it runs in production: the sandbox, the API and each worker in processes of their own. */
export interface BenchProduct {
  sandboxUrl: string;
  control: ReturnType<typeof createControl>;
  createApplication(): Promise<BenchClient>;
  /** The API in a process of its own, beside the one in this process. */
  startApi(): Promise<{ url: string; stop(): Promise<void> }>;
  /** `slices`: in flight at the same time; default: the product's. */
  startWorker(options?: { slices?: number }): Promise<BenchWorker>;
  close(): Promise<void>;
}

export type BenchClient = ReturnType<typeof createHttpClient> & ReturnType<typeof createSteps> & { apiKey: string };

export interface BenchWorker {
  /** Peak of the resident set since the process began, megabytes (VmHWM). */
  peakMb(): number;
  stop(): Promise<void>;
}

const operatorKey = randomBytes(24).toString('hex');
const readyMsMax = 30_000;
/** Runs tell their own times: who waits for them must not take the processors that are measured. Each look costs some 10 ms. */
const pollMs = 500;

export async function startProduct({ url }: { url: string }): Promise<BenchProduct> {
  const sandbox = spawn(process.execPath, ['sandbox/main.ts'], {
    env: { PATH: process.env.PATH, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const sandboxUrl = (await firstOutput(sandbox, /^http.*$/m)).trim();
  const dataDir = mkdtempSync(path.join(tmpdir(), 'syncline-bench-'));
  let fetchOf: ((request: Request) => Promise<Response>) | undefined;
  const server = createAdaptorServer({ fetch: (request: Request) => fetchOf!(request) }) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = {
    DATABASE_URL: url,
    SYNCLINE_ENV: 'development',
    SYNCLINE_DATA_DIR: dataDir,
    SYNCLINE_PUBLIC_URL: publicUrl,
    SYNCLINE_ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    SYNCLINE_OPERATOR_KEY: operatorKey,
    SYNCLINE_ORIGIN_OVERRIDES: JSON.stringify(originOverridesFor(sandboxUrl)),
    SYNCLINE_LOG_LEVEL: 'warn',
  };
  const syncline = await createSyncline(parseConfig(env));
  fetchOf = syncline.fetch;
  const workers = new Set<BenchWorker>();
  return {
    sandboxUrl,
    control: createControl(sandboxUrl),
    async createApplication() {
      const operator = createHttpClient({ url: publicUrl, apiKey: operatorKey });
      const created = await operator.call('POST', '/v1/applications', { name: 'Bench', return_urls: ['https://vendor.test/connected'] });
      const apiKey: string = created.api_key.key;
      const client = createHttpClient({ url: publicUrl, apiKey });
      return { ...client, ...createSteps(client, { pollMs }), apiKey };
    },
    async startApi() {
      const port = await freePort();
      const child = spawn(process.execPath, ['src/main.ts', 'serve'], {
        env: { PATH: process.env.PATH, ...env, PORT: String(port) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      await firstOutput(child, /^Syncline /m);
      return {
        url: `http://127.0.0.1:${port}`,
        async stop() {
          child.kill('SIGTERM');
          await ended;
        },
      };
    },
    async startWorker({ slices } = {}) {
      const child = spawn(process.execPath, ['src/main.ts', 'work'], {
        env: { PATH: process.env.PATH, ...env, ...(slices !== undefined && { SYNCLINE_WORKER_CONCURRENCY: String(slices) }) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      await firstOutput(child, /^Syncline /m);
      const worker: BenchWorker = {
        peakMb: () => Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024,
        async stop() {
          workers.delete(worker);
          child.kill('SIGTERM');
          await ended;
        },
      };
      workers.add(worker);
      return worker;
    },
    async close() {
      await Promise.all([...workers].map((worker) => worker.stop()));
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await syncline.close();
      sandbox.kill('SIGTERM');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What a process prints first that fits; its end before that is an error. */
function firstOutput(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error(`not ready within ${readyMsMax} ms: ${output}`)), readyMsMax);
    child.once('exit', (code) => reject(new Error(`ended with code ${code}: ${output}`)));
    child.stdout!.on('data', (chunk: Buffer) => {
      output += chunk;
      const found = pattern.exec(output);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[0]);
    });
  });
}
