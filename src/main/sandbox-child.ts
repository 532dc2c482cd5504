import { fork } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface SandboxChild {
  url: string;
  /** Where the origins of the simulated providers are served. */
  originOverrides: Record<string, string>;
  stop(): Promise<void>;
}

/** Beside the API's port, so that links to it survive a restart. */
const portsAboveApi = 10;
const readyMsMax = 20_000;
const announcement = z.object({ url: z.string(), originOverrides: z.record(z.string(), z.string()) });

/** Starts the sandbox as a process of its own: the product reaches it over HTTP alone, as it would reach a provider. */
export async function startSandboxChild({ apiPort, host }: { apiPort: number; host: string }): Promise<SandboxChild> {
  const wanted = apiPort + portsAboveApi;
  const port = (await isFree(wanted, host)) ? wanted : 0;
  const child = fork(fileURLToPath(new URL('../../tools/sandbox.ts', import.meta.url)), [], {
    env: { PATH: process.env.PATH, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const announced = await new Promise<unknown>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the sandbox did not start within ${readyMsMax} ms`)), readyMsMax);
    child.once('message', (message) => {
      clearTimeout(timer);
      resolve(message);
    });
    child.once('exit', (code) => reject(new Error(`the sandbox ended with code ${code} before it was ready`)));
  });
  return {
    ...announcement.parse(announced),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
