import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type pg from 'pg';
import type { Actor } from '../../../src/base/actor.ts';
import { createCatalog } from '../../../src/catalog/index.ts';
import { openConnectionClient } from '../../../src/connect/client.ts';
import type { ConnectCtx, ConnectionChange } from '../../../src/connect/context.ts';
import { type CreateConnectSession, createConnectSession } from '../../../src/connect/create-connect-session.ts';
import { createProviderConfig } from '../../../src/connect/create-provider-config.ts';
import { createEgress } from '../../../src/connect/egress.ts';
import { createVault } from '../../../src/connect/vault.ts';
import { createClock } from '../../../src/db/clock.ts';
import { createDb, type Tx } from '../../../src/db/index.ts';
import type { ProviderDefinition } from '../../../src/kit/index.ts';
import { defaultLimits, type Limits } from '../../../src/ops/config.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { createConnectPages } from '../../../src/portal/connect/index.ts';
import { createTestDatabase } from '../../support/database.ts';
import { testPool } from '../../support/pool.ts';
import { startSandbox } from '../../support/sandbox.ts';
import { type Browser, createBrowser } from './browser.ts';
import { sandboxProvider } from './provider.ts';

export const vaultKeys = [{ id: 'k1', key: Buffer.alloc(32, 1) }];
export const returnUrl = 'https://app.vendor.example/integrations';
export const applicationId = 'app_one';

export interface WorldOptions {
  providers?: ProviderDefinition[];
  limits?: Partial<Limits>;
  /** Beside the sandbox's own. */
  originOverrides?: Record<string, string>;
  allowPrivateAddresses?: boolean;
  poolMax?: number;
}

/** The connect room on real HTTP with a sandbox to connect to, one application and one customer. */
export async function createWorld(options: WorldOptions = {}) {
  const database = await createTestDatabase();
  const sandbox = await startSandbox();
  const log = createLogger({ logLevel: 'silent' });
  const db = createDb({ url: database.url, poolMax: options.poolMax ?? 5, log });
  const clock = await createClock({ db, testClock: true, log });
  const originOverrides = { ...sandbox.originOverrides, ...options.originOverrides };
  const egress = createEgress({ originOverrides, allowPrivateAddresses: options.allowPrivateAddresses ?? false });
  const server = createAdaptorServer({ fetch: (request: Request) => pages.fetch(request) }) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const changes: ConnectionChange[] = [];
  let failChange: Error | null = null;
  const shared = {
    ...{ db, clock, log, egress, publicUrl },
    catalog: createCatalog({ environment: 'development', providers: options.providers ?? [sandboxProvider()] }),
    vault: createVault({ keys: vaultKeys }),
    limits: { ...defaultLimits, ...options.limits },
    onConnectionChanged: async (_tx: Tx, change: ConnectionChange) => {
      if (failChange) throw failChange;
      changes.push(change);
    },
  };
  const pages = createConnectPages({ ctx: shared });
  const ctxFor = (actor: Actor): ConnectCtx => ({ ...shared, actor, requestId: 'req_test' });
  const ctx = ctxFor({ kind: 'system', id: 'test', applicationId });
  const pool = testPool(database.url, { max: 2 });
  await createApplication(pool, applicationId, 'Vendor & Sons');

  async function createSession(input: Partial<CreateConnectSession> = {}) {
    return createConnectSession({ ctx, input: { customerId: 'acme', provider: 'sandbox', returnUrl, ...input } });
  }

  /** A customer's whole way in a browser of its own; ends at the answer to the callback. */
  async function connect(input: Partial<CreateConnectSession> & { account?: string; browser?: Browser; decision?: 'allow' | 'deny' } = {}) {
    const { account = 'acme-crm', browser = createBrowser(), decision, ...session } = input;
    const { id, url } = await createSession(session);
    const callback = await begin({ url, browser, account, ...(decision && { decision }) });
    const answer = await browser.open(callback);
    const row = await db.prisma.connectSession.findUniqueOrThrow({ where: { id } });
    return { answer, sessionId: id, connectionId: row.connectionId ?? '', url, callback };
  }

  /** From the connect page to the callback's URL, which is not opened. */
  async function begin({ url, browser, account, decision, form = {} }: Begin): Promise<string> {
    await browser.open(url);
    const started = await browser.open(`${url}/start`, { form });
    if (started.location === null) throw new Error(`the start answered ${started.status}: ${started.text}`);
    return sandbox.authorize({ url: started.location, account, redirectUri: `${publicUrl}/oauth/callback`, ...(decision && { decision }) });
  }

  return {
    ...{
      ctx,
      ctxFor,
      shared,
      db,
      pool,
      clock,
      sandbox,
      control: sandbox.control,
      publicUrl,
      databaseUrl: database.url,
      changes,
      originOverrides,
    },
    ...{ createSession, connect, begin },
    /** What follows from the next changes fails: nothing of them may stay. */
    failChangesWith(error: Error | null) {
      failChange = error;
    },
    createProviderConfig: (input: Partial<Parameters<typeof createProviderConfig>[0]['input']> = {}) =>
      createProviderConfig({ ctx, input: { provider: 'sandbox', clientId: 'sandbox-client', clientSecret: 'sandbox-secret', ...input } }),
    openClient: (connectionId: string) => openConnectionClient({ ctx, connectionId }),
    async setClock(offsetMs: number) {
      await pool.query('insert into clock_offset values (1, $1) on conflict (id) do update set milliseconds = excluded.milliseconds', [
        offsetMs,
      ]);
      await clock.refresh();
    },
    eventTypes: async () => (await db.prisma.event.findMany({ orderBy: { id: 'asc' } })).map(({ type }) => type),
    async close() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      clock.close();
      await egress.close();
      await sandbox.close();
      await pool.end();
      await db.close();
      await database.drop();
    },
  };
}

export type World = Awaited<ReturnType<typeof createWorld>>;

interface Begin {
  url: string;
  browser: Browser;
  account: string;
  decision?: 'allow' | 'deny';
  form?: Record<string, string>;
}

export async function createApplication(pool: pg.Pool, id: string, name: string): Promise<void> {
  await pool.query('insert into application (id, name, return_urls, origins, created_at) values ($1, $2, $3, $4, now())', [
    id,
    name,
    [returnUrl],
    ['https://app.vendor.example'],
  ]);
  await pool.query('insert into customer (application_id, id, created_at, updated_at) values ($1, $2, now(), now())', [id, 'acme']);
}
