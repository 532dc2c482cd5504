import { setTimeout as sleep } from 'node:timers/promises';
import type { Scope } from '../../../src/base/actor.ts';
import { newId } from '../../../src/base/ids.ts';
import { createCatalog } from '../../../src/catalog/index.ts';
import { sealCredentials } from '../../../src/connect/credentials.ts';
import { createEgress } from '../../../src/connect/egress.ts';
import { createVault } from '../../../src/connect/vault.ts';
import { createClock } from '../../../src/db/clock.ts';
import { createDb, withTransaction } from '../../../src/db/index.ts';
import type { SliceOutcome } from '../../../src/engine/inbound/leave-with.ts';
import { runSlice } from '../../../src/engine/inbound/run-slice.ts';
import { createHubs } from '../../../src/hub/index.ts';
import type { ProviderDefinition } from '../../../src/kit/index.ts';
import { defaultLimits, type Limits } from '../../../src/ops/config.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import {
  createConnectionChanged,
  createSyncConfig,
  getCheckpoint,
  getRun,
  getSync,
  listRuns,
  listSyncs,
  type Run,
  resetSync,
  type SyncsCtx,
  setCheckpoint,
  triggerSync,
} from '../../../src/syncs/index.ts';
import { createTestDatabase } from '../../support/database.ts';
import { testPool } from '../../support/pool.ts';
import { startSandbox } from '../../support/sandbox.ts';
import { createTestProvider } from './provider.ts';

export type Engine = Awaited<ReturnType<typeof startEngine>>;

export interface EngineOptions {
  pageSize?: number;
  lookbackSeconds?: number;
  limits?: Partial<Limits>;
  /** Changes the provider before it goes into the catalog. */
  adapt?: (provider: ProviderDefinition) => ProviderDefinition;
  databaseUrl?: string;
}

/**
 * The rooms from the sandbox up to the engine, without API and without a worker: a test says when a slice runs, and sees what is left
 * between two of them.
 */
export async function startEngine(options: EngineOptions = {}) {
  const database = options.databaseUrl ? { url: options.databaseUrl, drop: async () => undefined } : await createTestDatabase();
  const sandbox = await startSandbox();
  const limits = { ...defaultLimits, ...options.limits };
  const log = createLogger({ logLevel: process.env.ENGINE_TEST_LOG === '1' ? 'debug' : 'silent' });
  const db = createDb({ url: database.url, poolMax: 8, log });
  const clock = await createClock({ db, testClock: true, log });
  const provider = createTestProvider({ pageSize: options.pageSize ?? 10, lookbackSeconds: options.lookbackSeconds ?? 0 });
  const catalog = createCatalog({ environment: 'development', providers: [options.adapt ? options.adapt(provider) : provider] });
  const vault = createVault({ keys: [{ id: 'test', key: Buffer.alloc(32, 7) }] });
  const egress = createEgress({ originOverrides: sandbox.originOverrides, allowPrivateAddresses: true });
  const hubs = createHubs({ url: database.url, poolMax: 6, log, clock, limits });
  const pool = testPool(database.url, { options: '-c TimeZone=UTC' });
  const onConnectionChanged = createConnectionChanged({ clock });
  const contextFor = (applicationId: string, scopes: Scope[] = ['all']): SyncsCtx => ({
    ...{ db, clock, log, catalog, vault, egress, hubs, limits, onConnectionChanged },
    publicUrl: 'http://127.0.0.1',
    requestId: 'req_test',
    actor: { kind: 'api_key', id: 'key_test', applicationId, scopes },
  });

  async function createVendor() {
    const now = clock.now();
    const applicationId = newId('app', now);
    const providerConfigId = newId('pcfg', now);
    const schema = `hub_${applicationId.slice(4)}`;
    await db.prisma.application.create({ data: { id: applicationId, name: 'Vendor', returnUrls: [], origins: [], createdAt: now } });
    await db.prisma.destination.create({
      data: { id: newId('dst', now), applicationId, name: 'hosted', kind: 'hosted', schema, createdAt: now },
    });
    await db.prisma.providerConfig.create({
      data: { id: providerConfigId, applicationId, provider: 'sandbox', authKind: 'api_key', scopes: [], createdAt: now, updatedAt: now },
    });
    const ctx = contextFor(applicationId);

    /** A customer's connection to an account of the sandbox. */
    async function connect(account: string, customerId = account): Promise<string> {
      const id = newId('conn', clock.now());
      const at = clock.now();
      await withTransaction(ctx, async (tx) => {
        const customer = { applicationId, id: customerId };
        await tx.customer.upsert({
          where: { applicationId_id: customer },
          create: { ...customer, createdAt: at, updatedAt: at },
          update: {},
        });
        await tx.connection.create({
          data: {
            ...sealCredentials(vault, id, { kind: 'api_key', apiKey: `key_${account}` }),
            ...{ id, applicationId, customerId, providerConfigId, provider: 'sandbox', authKind: 'api_key', status: 'active' },
            ...{ captured: {}, remoteAccountId: account, scopes: [], createdAt: at, updatedAt: at },
          },
        });
        await onConnectionChanged(tx, { kind: 'created', applicationId, connectionId: id, customerId, providerConfigId });
      });
      return id;
    }

    const order = (objects: (string | Record<string, unknown>)[], rest: Record<string, unknown> = {}) =>
      createSyncConfig({
        ctx,
        input: { provider: 'sandbox', objects: objects.map((o) => (typeof o === 'string' ? { object: o } : o)), ...rest },
      });

    async function findSync(connectionId: string, object: string) {
      const { data } = await listSyncs({ ctx, input: { connectionId, object } });
      if (!data[0]) throw new Error(`no sync of ${object} for ${connectionId}`);
      return data[0];
    }

    /** Order, connection and sync of one object, nothing run yet. */
    async function setUp(object: string, account: string, config: Record<string, unknown> = {}) {
      await order([{ object, ...config }]);
      const connectionId = await connect(account);
      return { connectionId, syncId: (await findSync(connectionId, object)).id };
    }

    /** Works the sync off, slice by slice, until its run has ended. */
    async function finish(syncId: string): Promise<Run> {
      const outcomes: SliceOutcome[] = [];
      for (let i = 0; i < slicesMax; i++) {
        const outcome = await slice(syncId);
        outcomes.push(outcome);
        if (outcome === 'succeeded' || outcome === 'held' || outcome === 'failed') return newestEnded(syncId);
        if (outcome === 'postponed' || outcome === 'idle') await sleep(pollMs);
      }
      throw new Error(`no end within ${slicesMax} slices: ${outcomes.join(' ')}`);
    }

    async function newestEnded(syncId: string): Promise<Run> {
      const row = await db.prisma.run.findFirstOrThrow({ where: { syncId, finishedAt: { not: null } }, orderBy: { id: 'desc' } });
      return getRun({ ctx, input: { runId: row.id } });
    }

    async function run(syncId: string, input: { full?: boolean } = {}): Promise<Run> {
      await triggerSync({ ctx, input: { syncId, ...input } });
      return finish(syncId);
    }

    /** The hub's rows of an object: id → record, the deleted ones apart. */
    async function hubRows(object: string) {
      const { rows } = await pool.query<{ id: string; raw: Record<string, unknown>; seq: string; deleted: boolean; xmin: string }>(
        `select _syncline_record_id as id, raw, _syncline_seq as seq, _syncline_deleted_at is not null as deleted, xmin::text
         from ${schema}.sandbox_${object}
         order by _syncline_record_id`,
      );
      return {
        rows,
        live: new Map(rows.filter((row) => !row.deleted).map((row) => [row.id, row.raw])),
        deleted: rows.filter((row) => row.deleted).map((row) => row.id),
      };
    }

    const events = (type: string) => db.prisma.event.findMany({ where: { applicationId, type }, orderBy: { seq: 'asc' } });

    const checkpoint = (syncId: string) => getCheckpoint({ ctx, input: { syncId } });
    const setWatermark = (syncId: string, watermark: string | null) => setCheckpoint({ ctx, input: { syncId, watermark } });
    const reset = (syncId: string) => resetSync({ ctx, input: { syncId } });
    const sync = (syncId: string) => getSync({ ctx, input: { syncId } });
    const runs = (syncId: string) => listRuns({ ctx, input: { syncId } }).then(({ data }) => data);

    return {
      ...{ applicationId, providerConfigId, schema, ctx, connect, order, findSync, setUp, finish, run, hubRows, events },
      ...{ checkpoint, setWatermark, reset, sync, runs },
    };
  }

  async function slice(syncId: string, signal = new AbortController().signal): Promise<SliceOutcome> {
    return runSlice({ ctx: contextFor(''), input: { syncId }, owner: `test:${process.pid}`, signal });
  }

  const vendor = await createVendor();
  return {
    ...vendor,
    ...{ db, pool, control: sandbox.control, limits, databaseUrl: database.url, contextFor, createVendor, slice },
    /** What the provider holds: id → fields, the deleted ones left out. */
    async truth(account: string, object: string): Promise<Map<string, Record<string, unknown>>> {
      const { records } = await sandbox.control.list({ account, object });
      return new Map(records.filter((r) => r.deletedAt === null).map((r) => [r.id, r.fields as Record<string, unknown>]));
    },
    async setClock(offsetMs: number) {
      await pool.query(
        `insert into clock_offset (id, milliseconds)
         values (1, $1::bigint)
         on conflict (id) do update set milliseconds = excluded.milliseconds`,
        [offsetMs],
      );
      await clock.refresh();
    },
    async close() {
      clock.close();
      await hubs.close();
      await egress.close();
      await pool.end();
      await db.close();
      await sandbox.close();
      await database.drop();
    },
  };
}

const slicesMax = 200;
const pollMs = 100;
