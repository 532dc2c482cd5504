import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { declaredSandbox } from '../../support/declared.ts';
import type { Operation } from '../../support/openapi.ts';
import { checkAnswer } from '../../support/openapi.ts';
import { startSyncline } from '../../support/syncline.ts';
import { part as destinations } from './parts/destinations.ts';
import { part as fields } from './parts/fields.ts';
import { part as listing } from './parts/listing.ts';
import { part as models } from './parts/models.ts';
import { part as passthrough } from './parts/passthrough.ts';
import { part as sqlAccess } from './parts/sql-access.ts';
import { part as syncConfigs } from './parts/sync-configs.ts';
import { part as unified } from './parts/unified.ts';
import { part as webhooks } from './parts/webhooks.ts';

/** Two vendors: `ours` with a connected, synced customer and a second one; `foreign` with a key of its own. */
export interface World {
  syncline: Awaited<ReturnType<typeof startSyncline>>;
  foreignKey: string;
  /** A token of our second customer: everything of the first is foreign to it. */
  foreignToken: string;
  /** Ids of our things, by the names that paths and queries use. */
  ids: Record<string, string>;
  /** Every row of our application, and of its hub, as one text. */
  snapshot(): Promise<string>;
  send(request: Sent): Promise<SentAnswer>;
  close(): Promise<void>;
}

export interface Sent {
  method: string;
  path: string;
  query?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  key: string | null;
}

export interface SentAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the document has checked it already
  body: any;
  text: string;
}

/** What the operations of one resource need: things of ours by the names that paths and queries use, and a body for each. */
export interface WorldPart {
  ids(world: World): Promise<Record<string, string>>;
  bodies(ids: Record<string, string>): Record<string, Record<string, unknown>>;
}

const parts: WorldPart[] = [destinations, fields, listing, models, passthrough, sqlAccess, syncConfigs, unified, webhooks];

const customerId = 'acme & söhne';
const otherCustomerId = 'other';

export async function createWorld(): Promise<World> {
  // Streams of odd queries, which nobody ends, end soon.
  const syncline = await startSyncline({ limits: { followSecondsMax: 0.2 } });
  const { call, url } = syncline;
  const { providerConfig, syncConfig } = await syncline.setUpProvider({ objects: ['contacts'] });
  const { connectionId, sessionId } = await syncline.connectCustomer({ customerId, account: 'acme-crm' });
  const sync = await syncline.findSync({ connectionId, object: 'contacts' });
  const run = await syncline.waitForRun({ syncId: sync.id });
  const match = { account: 'acme-crm', object: 'contacts' };
  await syncline.control.fault({ match, fault: { kind: 'empty' } });
  const held = await syncline.runSync({ syncId: sync.id, full: true });
  await syncline.control.fault({ match, fault: { kind: 'malformed', record: 'missing_id' } });
  await syncline.runSync({ syncId: sync.id });
  const [quarantined] = (await call('GET', `/v1/quarantine?sync_id=${sync.id}`)).data;
  await call('PUT', `/v1/customers/${otherCustomerId}`, {});
  const { token } = await call('POST', '/v1/customer-tokens', { customer_id: otherCustomerId });
  await call('POST', '/v1/providers', { definition: declaredSandbox('x_world') });
  const apiKey = await call('POST', '/v1/api-keys', { name: 'Second', scopes: ['records:read'] });
  const [destination] = (await call('GET', '/v1/destinations')).data;
  const foreign = await syncline.createApplication('Foreign vendor');
  const world: World = {
    syncline,
    foreignKey: foreign.apiKey,
    foreignToken: token,
    ids: {
      api_key_id: apiKey.id,
      provider: 'sandbox',
      object: 'contacts',
      provider_config_id: providerConfig.id,
      customer_id: customerId,
      connect_session_id: sessionId,
      connection_id: connectionId,
      destination_id: destination.id,
      sync_config_id: syncConfig.id,
      sync_id: sync.id,
      run_id: run.id,
      quarantine_id: quarantined.id,
      ...{ 'listHeldRecords.run_id': held.id, 'approveHeldDeletes.run_id': held.id, 'rejectHeldDeletes.run_id': held.id },
      // These operations are about declared providers only.
      ...{ 'getProviderDefinition.provider': 'x_world', 'updateProvider.provider': 'x_world', 'deleteProvider.provider': 'x_world' },
    },
    snapshot: () => snapshotOf(syncline.databaseUrl, syncline.applicationId, destination.schema),
    send: (request) => send(url, request),
    close: () => syncline.close(),
  };
  for (const part of parts) Object.assign(world.ids, await part.ids(world));
  return world;
}

/** The path of an operation with our ids in it. */
export function pathOf({ path, operationId }: Operation, ids: Record<string, string>, replaced: Record<string, string> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = replaced[name] ?? ids[`${operationId}.${name}`] ?? ids[name];
    if (value === undefined) throw new Error(`the world has no ${name}: add one to test/api/support/world.ts`);
    return encodeURIComponent(value);
  });
}

/** A body that each operation accepts. A new operation must be added here: then every test of this folder guards it. */
export function bodiesOf(ids: Record<string, string>): Record<string, Record<string, unknown>> {
  return {
    createApplication: { name: 'Another' },
    updateApplication: { name: 'Renamed' },
    createApiKey: { name: 'Another', scopes: ['records:read'] },
    createProviderConfig: { provider: 'sandbox', client_id: 'sandbox-client', client_secret: 'sandbox-secret' },
    updateProviderConfig: { scopes: [] },
    upsertCustomer: { name: 'Renamed' },
    createProvider: { definition: declaredSandbox('x_another') },
    updateProvider: { version: 1, definition: declaredSandbox('x_world') },
    createCustomerToken: { customer_id: ids.customer_id },
    createConnectSession: { customer_id: ids.customer_id, provider: 'sandbox' },
    updateConnection: { rate_limits: null },
    disconnectConnection: { purge: true, force: true },
    createSyncConfig: { provider: 'sandbox', objects: [{ object: 'companies' }] },
    updateSyncConfig: { status: 'disabled', force: true },
    triggerSync: { full: true },
    setCheckpoint: { watermark: null },
    ...Object.assign({}, ...parts.map((part) => part.bodies(ids))),
  };
}

async function send(url: string, { method, path, query = {}, body, key }: Sent): Promise<SentAnswer> {
  const target = `${url}${path}?${new URLSearchParams(query)}`;
  const response = await fetch(target.replace(/\?$/, ''), {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const contentType = response.headers.get('content-type') ?? '';
  const parsed: unknown = contentType.includes('json') && text !== '' ? JSON.parse(text) : text;
  checkAnswer({ method, path, status: response.status, contentType, body: parsed });
  return { status: response.status, body: parsed, text };
}

/** What may change without anybody having done anything: when a key was last used. */
async function snapshotOf(databaseUrl: string, applicationId: string, hubSchema: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ schema: string; name: string; scoped: boolean }>(
      `select t.table_schema as schema, t.table_name as name,
              exists (select from information_schema.columns c
                      where c.table_schema = t.table_schema and c.table_name = t.table_name and c.column_name = 'application_id') as scoped
       from information_schema.tables t
       where t.table_type = 'BASE TABLE'
         and t.table_schema in ('public', $1)
         and t.table_name <> 'idempotency_key'
       order by 1, 2`,
      [hubSchema],
    );
    const parts: string[] = [];
    for (const { schema, name, scoped } of tables) {
      if (schema === 'public' && !scoped && name !== 'application') continue;
      const owner =
        schema !== 'public' ? 'true' : `${name === 'application' ? 'id' : 'application_id'} = ${client.escapeLiteral(applicationId)}`;
      const { rows } = await client.query<{ row: string }>(
        `select (to_jsonb(t) - 'last_used_at')::text as row from ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)} t where ${owner} order by 1`,
      );
      parts.push(`${schema}.${name}`, ...rows.map(({ row }) => row));
    }
    return parts.join('\n');
  } finally {
    await client.end();
  }
}
