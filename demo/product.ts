import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { borrowEmbedded } from '../src/db/embedded.ts';
import type { RunningFile } from '../src/main/running-file.ts';

/** A running product in development, and what is needed to play its operator. */
export interface Product {
  url: string;
  sandboxUrl: string;
  operatorKey: string;
  databaseUrl: string;
  isOurs: boolean;
  stop(): Promise<void>;
}

const readyMsMax = 60_000;
const pollMs = 100;

/** The product that `npm start` runs here, or one on data of its own that ends with the demo. */
export async function findOrStartProduct(): Promise<Product> {
  const dataDir = path.resolve(process.env.SYNCLINE_DATA_DIR ?? '.syncline');
  const running = await findRunning(dataDir);
  if (running) return { ...(await openProduct(dataDir, running)), isOurs: false, stop: async () => undefined };
  return startProduct(path.join(dataDir, 'demo'));
}

async function findRunning(dataDir: string): Promise<RunningFile | null> {
  const file = path.join(dataDir, 'running.json');
  if (!existsSync(file)) return null;
  const running = JSON.parse(readFileSync(file, 'utf8')) as RunningFile;
  // The file may have outlived its product.
  const answers = await fetch(`${running.url}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
  return answers ? running : null;
}

async function openProduct(dataDir: string, { url, sandboxUrl }: RunningFile) {
  const operatorKey = process.env.SYNCLINE_OPERATOR_KEY || readFileSync(path.join(dataDir, 'operator-key'), 'utf8').trim();
  const databaseUrl = process.env.DATABASE_URL || (await borrowEmbedded({ dataDir: path.join(dataDir, 'postgres') })).url;
  return { url, sandboxUrl, operatorKey, databaseUrl };
}

async function startProduct(dataDir: string): Promise<Product> {
  const { DATABASE_URL: _theirs, ...env } = process.env;
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: path.resolve(import.meta.dirname, '..'),
    env: { ...env, PORT: String(await freePort()), SYNCLINE_ENV: 'development', SYNCLINE_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (const begun = performance.now(); performance.now() - begun < readyMsMax; await sleep(pollMs)) {
    const running = await findRunning(dataDir);
    if (running) {
      const stop = async () => {
        child.kill('SIGTERM');
        await ended;
      };
      return { ...(await openProduct(dataDir, running)), isOurs: true, stop };
    }
    if (child.exitCode !== null) break;
  }
  child.kill('SIGKILL');
  throw new Error(`The product did not start:\n${output}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
