import { collectAfterStart } from '../base/collect.ts';
import { createSyncline, prepareDatabase } from '../compose.ts';
import type { Config } from '../ops/config.ts';
import { withDevelopmentSecrets } from '../ops/development-secrets.ts';
import { createLogger } from '../ops/logger.ts';
import { ConfigError } from '../ops/parse-config.ts';
import { createShutdown, stopOnSignals } from '../ops/shutdown.ts';
import { listen } from './listen.ts';

/** API and workers apart, several of each, on one DATABASE_URL. */
export async function runServe(config: Config): Promise<void> {
  const { syncline, shutdown } = await begin(config);
  const server = await listen({ fetch: syncline.fetch, port: config.port, host: config.host });
  shutdown.add('api', () => server.stop());
  console.log(`Syncline API      ${config.publicUrl}`);
}

export async function runWork(config: Config): Promise<void> {
  const { syncline } = await begin(config);
  await syncline.startWorker();
  collectAfterStart();
  console.log('Syncline worker   running');
}

export async function runMigrate(config: Config): Promise<void> {
  requireDatabase(config);
  const applied = await prepareDatabase(config);
  console.log(applied.length ? `Applied: ${applied.join(', ')}` : 'The schema is up to date.');
}

async function begin(config: Config) {
  requireDatabase(config);
  const shutdown = createShutdown(createLogger(config));
  stopOnSignals((reason) => shutdown.run(reason), { isUnderNpm: process.env.npm_lifecycle_event !== undefined });
  const syncline = await createSyncline(withDevelopmentSecrets(config));
  shutdown.add('syncline', () => syncline.close());
  return { syncline, shutdown };
}

function requireDatabase(config: Config): void {
  if (!config.databaseUrl)
    throw new ConfigError([
      'DATABASE_URL: processes that are started apart meet in one Postgres. Set it, or run everything with: npm start',
    ]);
}
