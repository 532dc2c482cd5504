import path from 'node:path';
import { collectAfterStart } from '../base/collect.ts';
import { Secret } from '../base/secret.ts';
import { createSyncline } from '../compose.ts';
import { startEmbedded } from '../db/embedded.ts';
import type { Config } from '../ops/config.ts';
import { withDevelopmentSecrets } from '../ops/development-secrets.ts';
import { createLogger } from '../ops/logger.ts';
import { createShutdown, type Shutdown, stopOnSignals } from '../ops/shutdown.ts';
import { banner } from './banner.ts';
import { prepareDemoApplication } from './demo-application.ts';
import { listen } from './listen.ts';
import { writeRunningFile } from './running-file.ts';
import { startSandboxChild } from './sandbox-child.ts';

/** `npm start`: database, schema, API and worker (and in development the sandbox) in one process group. */
export async function runAll(given: Config): Promise<void> {
  const shutdown = createShutdown(createLogger(given));
  stopOnSignals((reason) => shutdown.run(reason), { isUnderNpm: process.env.npm_lifecycle_event !== undefined });
  try {
    await start(given, shutdown);
  } catch (error) {
    await shutdown.run('the start failed');
    throw error;
  }
}

async function start(given: Config, shutdown: Shutdown): Promise<void> {
  const isDevelopment = given.environment === 'development';
  const withKey = withDevelopmentSecrets(given);
  const withDatabase = withKey.databaseUrl ? withKey : await addEmbedded(withKey, shutdown);
  const sandbox = isDevelopment ? await startSandboxChild({ apiPort: given.port, host: '127.0.0.1' }) : null;
  if (sandbox) shutdown.add('sandbox', () => sandbox.stop());
  const config = { ...withDatabase, originOverrides: { ...sandbox?.originOverrides, ...withDatabase.originOverrides } };
  const syncline = await createSyncline(config);
  shutdown.add('syncline', () => syncline.close());
  const server = await listen({ fetch: syncline.fetch, port: config.port, host: config.host });
  shutdown.add('api', () => server.stop());
  const demo = isDevelopment ? await prepareDemoApplication({ syncline, dataDir: config.dataDir }) : null;
  await syncline.startWorker();
  collectAfterStart();
  if (sandbox) {
    const forget = writeRunningFile(config.dataDir, { pid: process.pid, url: config.publicUrl, sandboxUrl: sandbox.url });
    shutdown.add('running file', async () => forget());
  }
  console.log(banner({ config, sandboxUrl: sandbox?.url ?? null, demo }));
}

async function addEmbedded(config: Config, shutdown: Shutdown): Promise<Config> {
  const server = await startEmbedded({ dataDir: path.join(config.dataDir, 'postgres') });
  let isStopping = false;
  shutdown.add('postgres', () => {
    isStopping = true;
    return server.stop();
  });
  // Without its database the product is of no use: ending lets whoever watches it start it anew.
  void server.exited.then(async (complaints) => {
    if (isStopping) return;
    console.error(`The embedded Postgres has ended by itself, and Syncline with it. Start it again.${complaints && `\n${complaints}`}`);
    await shutdown.run('the embedded Postgres has ended');
    process.exit(1);
  });
  return { ...config, databaseUrl: new Secret(server.url) };
}
