import { fileURLToPath } from 'node:url';
import { revokeSqlCredentialsOfCustomer } from './access/index.ts';
import type { AppCtx } from './api/index.ts';
import type { Actor } from './base/actor.ts';
import { newId } from './base/ids.ts';
import { createCatalog, loadProviders } from './catalog/index.ts';
import { countedEgress, countedHubs } from './compose/counted.ts';
import { countedWebhooks } from './compose/counted-webhooks.ts';
import { hookReceiver } from './compose/hook-receiver.ts';
import { mappedHubs } from './compose/mapped-hubs.ts';
import { sqlAddressOf } from './compose/sql-address.ts';
import { checkVaultKeys } from './connect/check-vault-keys.ts';
import { disconnectCustomer } from './connect/disconnect-customer.ts';
import { createEgress } from './connect/egress.ts';
import { createVault } from './connect/vault.ts';
import { createClock } from './db/clock.ts';
import { createDb, createPool } from './db/index.ts';
import { migrate } from './db/migrate.ts';
import { createTargets } from './destinations/index.ts';
import { createHubs } from './hub/index.ts';
import { createWorker } from './jobs/index.ts';
import type { Config } from './ops/config.ts';
import { createLogger } from './ops/logger.ts';
import { createMetrics } from './ops/metrics.ts';
import { countJobs } from './queue/count-jobs.ts';
import { prepareQueue } from './queue/prepare-queue.ts';
import { createConnectionChanged } from './syncs/connection-changed.ts';
import { createProviderChanged } from './syncs/provider-changed.ts';
import { refreshSyncConfigs } from './syncs/refresh-sync-configs.ts';
import { removeSyncConfigs } from './syncs/remove-sync-configs.ts';
import { authenticate, createTokenKeys, isOriginAllowed } from './tenancy/index.ts';
import { refreshViews } from './unified/refresh-views.ts';
import { viewsOfApplications } from './unified/views.ts';

/** The whole product as a value: mount `fetch` in any Node server that speaks web-standard requests. */
export interface Syncline {
  fetch(request: Request): Promise<Response>;
  /** Works off runs in this process until `close()`. */
  startWorker(): Promise<void>;
  /** Ends the worker and every connection. A server that mounts `fetch` stops taking requests first. */
  close(): Promise<void>;
  /** What verbs get, for code that calls them without HTTP: command line, set-up scripts. */
  contextFor(actor: Actor, requestId?: string): AppCtx;
  /** Who sends this Authorization header; throws `unauthenticated`. */
  authenticate(header: string | undefined): Promise<Actor>;
  /** Tests: reads the database's clock offset again at once. */
  refreshClock(): Promise<void>;
}

/** Builds everything from a Config; the only place that knows all parts. Brings the schema up to date first. */
export async function createSyncline(config: Config): Promise<Syncline> {
  await prepareDatabase(config);
  const log = createLogger(config);
  const db = createDb({ url: urlOf(config), poolMax: config.poolMax, log });
  try {
    return await build({ config, log, db });
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** The control plane's schema and the worker's, brought up to date; several processes may call this at once. */
export async function prepareDatabase(config: Config): Promise<string[]> {
  const url = urlOf(config);
  const applied = await migrate(url, fileURLToPath(new URL('../prisma/migrations', import.meta.url)));
  // A pool alone: a Prisma client that is used for nothing takes some megabytes.
  const pool = createPool({ url, poolMax: 1, log: createLogger(config) });
  try {
    await prepareQueue({ pool });
  } finally {
    await pool.end();
  }
  return applied;
}

interface Ground {
  config: Config;
  log: ReturnType<typeof createLogger>;
  db: ReturnType<typeof createDb>;
}

async function build({ config, log, db }: Ground): Promise<Syncline> {
  const { publicUrl, limits } = config;
  const clock = await createClock({ db, testClock: config.testClock, log });
  const catalog = createCatalog({ environment: config.environment, providers: await loadProviders() });
  const vault = createVault({ keys: config.encryptionKeys });
  await checkVaultKeys({ db, vault });
  const metrics = createMetrics();
  const wayOut = createEgress(config);
  const egress = countedEgress(wayOut, metrics, catalog.list());
  const targets = createTargets({ db, vault, poolMax: config.hubPoolMax, guardsAddress: !config.allowPrivateAddresses });
  const hubs = mappedHubs(
    countedHubs(
      createHubs({
        ...{ url: urlOf(config), poolMax: config.hubPoolMax, log, clock, limits },
        targetOf: targets.of,
        unifiedViews: viewsOfApplications({ catalog, db }),
      }),
      metrics,
    ),
    { db, log },
  );
  metrics.watchQueueDepth(() => countJobs(db));
  const tokenKeys = createTokenKeys(config.encryptionKeys);
  const shared = {
    ...{ db, clock, log, catalog, vault, egress, hubs, tokenKeys, publicUrl, limits },
    sqlAddress: sqlAddressOf(config),
    onConnectionChanged: createConnectionChanged({ clock }),
    onProviderChanged: createProviderChanged({ clock }),
    afterProviderChanged: (applicationId: string) => refreshViews({ db, hubs, log }, applicationId),
    ...{ targets, removeSyncConfigs },
  };
  const contextFor = (actor: Actor, requestId = newId('req', clock.now())): AppCtx => {
    const ctx: AppCtx = {
      ...shared,
      actor,
      requestId,
      log: log.child({ request_id: requestId }),
      disconnectCustomer: ({ input }) => disconnectCustomer({ ctx, input }),
      revokeCustomerAccess: ({ input }) => revokeSqlCredentialsOfCustomer({ ctx, input }),
    };
    return ctx;
  };
  const authenticateHeader = (header: string | undefined) =>
    authenticate({ db, clock, tokenKeys, operatorKey: config.operatorKey }, header);
  const buildApi = async () => {
    const [{ createApi }, { createConnectPages }] = await Promise.all([import('./api/index.ts'), import('./portal/connect/index.ts')]);
    return createApi({
      ...{ contextFor, clock, log, publicUrl },
      authenticate: authenticateHeader,
      isOriginAllowed: (origin, actor) => isOriginAllowed({ db }, origin, actor),
      isReady: async () => (await db.pool.query('select 1')).rowCount === 1,
      metrics: async () => ({ contentType: metrics.contentType, text: await metrics.text() }),
      requestEnded: metrics.requestEnded,
      receiveHook: hookReceiver((requestId) => ({ ...shared, requestId, log: log.child({ request_id: requestId }) }), metrics),
      pages: createConnectPages({ ctx: shared }),
    });
  };
  // Built for the first request: routes and their schemas take 40 MB that a process which only works has no use for.
  let api: ReturnType<typeof buildApi> | undefined;
  const worker = createWorker({
    ...{ contextFor, concurrency: config.workerConcurrency, sliceEnded: metrics.sliceEnded },
    webhookEgress: countedWebhooks(wayOut, metrics),
  });
  return {
    async fetch(request) {
      api ??= buildApi();
      return (await api).fetch(request);
    },
    async startWorker() {
      await refreshSyncConfigs(shared);
      await worker.start();
    },
    contextFor,
    authenticate: authenticateHeader,
    refreshClock: () => clock.refresh(),
    async close() {
      await worker.stop();
      clock.close();
      await hubs.close();
      await egress.close();
      await db.close();
    },
  };
}

function urlOf(config: Config): string {
  if (!config.databaseUrl) throw new Error('createSyncline needs databaseUrl: the URL of a Postgres 15 or later.');
  return config.databaseUrl.reveal();
}
