import { type ChangeBatch, type ChangesOptions, followChanges } from './changes.ts';
import { parseExact } from './exact-json.ts';
import type { Client } from './generated/client/index.ts';
import * as api from './generated/index.ts';
import type * as wire from './generated/types.gen.ts';
import { createHttp, type SynclineOptions } from './http.ts';
import { type Page, Pages } from './pages.ts';

export { ApiError, ConnectionError, type ErrorCode } from './api-error.ts';
export type { ChangeBatch, ChangesOptions } from './changes.ts';
export { ExactNumber, parseExact } from './exact-json.ts';
export type * from './generated/types.gen.ts';
export type { SynclineOptions } from './http.ts';
export { type Page, Pages } from './pages.ts';
export type { RetryOptions } from './retry.ts';

export type Syncline = ReturnType<typeof createSyncline>;

/**
 * The API as objects: one group per resource, one method per operation.
 *
 * @example
 * const syncline = createSyncline({ baseUrl: 'https://sync.example.com', apiKey: process.env.SYNCLINE_API_KEY });
 * await syncline.customers.upsert('acme', { name: 'Acme Inc.' });
 * const { url } = await syncline.connectSessions.create({ customer_id: 'acme', provider: 'hubspot' });
 */
export function createSyncline(options: SynclineOptions) {
  const client = createHttp(options);
  const parse = options.numbers === 'plain' ? JSON.parse : parseExact;
  const loadRecords = async (provider: string, object: string, query: RecordsQuery, signal?: AbortSignal): Promise<wire.RecordPage> => {
    const path = { provider, object };
    const text = await dataOf(api.listRecords({ client, path, query, parseAs: 'text', ...(signal ? { signal } : {}) }));
    return parse(text as unknown as string);
  };

  /** Records keep every digit. */
  const exactly = async <T>(answer: Promise<{ data: T }>): Promise<T> => parse((await dataOf(answer)) as unknown as string);

  return {
    applications: {
      /** With the operator key only. */
      create: (body: wire.CreateApplication) => dataOf(api.createApplication({ client, body })),
      get: () => dataOf(api.getApplication({ client })),
      update: (body: wire.UpdateApplication) => dataOf(api.updateApplication({ client, body })),
    },
    apiKeys: {
      create: (body: wire.CreateApiKey) => dataOf(api.createApiKey({ client, body })),
      list: (query: QueryOf<wire.ListApiKeysData> = {}) => pagesOf(query, (page) => dataOf(api.listApiKeys({ client, query: page }))),
      revoke: (api_key_id: string) => dataOf(api.revokeApiKey({ client, path: { api_key_id } })),
    },
    providers: {
      list: (query: QueryOf<wire.ListProvidersData> = {}) => pagesOf(query, (page) => dataOf(api.listProviders({ client, query: page }))),
      get: (provider: string) => dataOf(api.getProvider({ client, path: { provider } })),
      /** Declares one of your own; the others are the catalog's. */
      create: (body: wire.CreateProvider) => dataOf(api.createProvider({ client, body })),
      getDefinition: (provider: string) => dataOf(api.getProviderDefinition({ client, path: { provider } })),
      update: (provider: string, body: wire.UpdateProvider) => dataOf(api.updateProvider({ client, path: { provider }, body })),
      delete: (provider: string) => done(api.deleteProvider({ client, path: { provider } })),
    },
    providerConfigs: {
      create: (body: wire.CreateProviderConfig) => dataOf(api.createProviderConfig({ client, body })),
      list: (query: QueryOf<wire.ListProviderConfigsData> = {}) =>
        pagesOf(query, (page) => dataOf(api.listProviderConfigs({ client, query: page }))),
      get: (provider_config_id: string) => dataOf(api.getProviderConfig({ client, path: { provider_config_id } })),
      update: (provider_config_id: string, body: wire.UpdateProviderConfig) =>
        dataOf(api.updateProviderConfig({ client, path: { provider_config_id }, body })),
      delete: (provider_config_id: string, query: Force = {}) =>
        done(api.deleteProviderConfig({ client, path: { provider_config_id }, query })),
    },
    customers: {
      upsert: (customer_id: string, body: wire.UpsertCustomer = {}) => dataOf(api.upsertCustomer({ client, path: { customer_id }, body })),
      get: (customer_id: string) => dataOf(api.getCustomer({ client, path: { customer_id } })),
      list: (query: QueryOf<wire.ListCustomersData> = {}) => pagesOf(query, (page) => dataOf(api.listCustomers({ client, query: page }))),
      delete: (customer_id: string, query: Force = {}) => done(api.deleteCustomer({ client, path: { customer_id }, query })),
    },
    customerTokens: {
      create: (body: wire.CreateCustomerToken) => dataOf(api.createCustomerToken({ client, body })),
    },
    connectSessions: {
      create: (body: wire.CreateConnectSession) => dataOf(api.createConnectSession({ client, body })),
      get: (connect_session_id: string) => dataOf(api.getConnectSession({ client, path: { connect_session_id } })),
    },
    connections: {
      list: (query: QueryOf<wire.ListConnectionsData> = {}) =>
        pagesOf(query, (page) => dataOf(api.listConnections({ client, query: page }))),
      get: (connection_id: string) => dataOf(api.getConnection({ client, path: { connection_id } })),
      /** Its rate limits. */
      update: (connection_id: string, body: wire.UpdateConnection) =>
        dataOf(api.updateConnection({ client, path: { connection_id }, body })),
      /** The provider's own API: every answer of it, a refusal too, is the result. */
      passthrough: (connection_id: string, body: wire.SendPassthrough) =>
        dataOf(api.sendPassthrough({ client, path: { connection_id }, body })),
      /** What may be asked of the provider, and how much of it is used. */
      rateBudgets: (connection_id: string) => dataOf(api.getRateBudgets({ client, path: { connection_id } })),
      disconnect: (connection_id: string, body: wire.DisconnectConnection = {}) =>
        dataOf(api.disconnectConnection({ client, path: { connection_id }, body })),
    },
    destinations: {
      list: (query: QueryOf<wire.ListDestinationsData> = {}) =>
        pagesOf(query, (page) => dataOf(api.listDestinations({ client, query: page }))),
      get: (destination_id: string) => dataOf(api.getDestination({ client, path: { destination_id } })),
      /** A Postgres of your own. It is tried out first. */
      create: (body: wire.CreateDestination) => dataOf(api.createDestination({ client, body })),
      /** Rotates the password, moves to another address, changes name or settings. */
      update: (destination_id: string, body: wire.UpdateDestination) =>
        dataOf(api.updateDestination({ client, path: { destination_id }, body })),
      /** Whether everything is there that syncs need; changes nothing. */
      test: (destination_id: string) => dataOf(api.testDestination({ client, path: { destination_id } })),
      delete: (destination_id: string, query: Force = {}) => done(api.deleteDestination({ client, path: { destination_id }, query })),
    },
    fields: {
      /** A typed column; the event `field.ready` tells when it is filled. */
      create: (body: wire.CreateField) => dataOf(api.createField({ client, body })),
      list: (query: QueryOf<wire.ListFieldsData> = {}) => pagesOf(query, (page) => dataOf(api.listFields({ client, query: page }))),
      /** With the records counted whose value does not fit. */
      get: (field_id: string) => dataOf(api.getField({ client, path: { field_id } })),
      /** Another name keeps the column; another path or type makes it anew. What failed is tried again. */
      update: (field_id: string, body: wire.UpdateField) => dataOf(api.updateField({ client, path: { field_id }, body })),
      delete: (field_id: string) => dataOf(api.deleteField({ client, path: { field_id } })),
      /** What could be declared: what records show, and what the provider says of its fields. */
      suggestions: (query: QueryOf<wire.ListFieldSuggestionsData>) =>
        pagesOf(query, (page) => dataOf(api.listFieldSuggestions({ client, query: page }))),
    },
    views: {
      list: (query: QueryOf<wire.ListViewsData> = {}) => pagesOf(query, (page) => dataOf(api.listViews({ client, query: page }))),
    },
    syncConfigs: {
      create: (body: wire.CreateSyncConfig) => dataOf(api.createSyncConfig({ client, body })),
      list: (query: QueryOf<wire.ListSyncConfigsData> = {}) =>
        pagesOf(query, (page) => dataOf(api.listSyncConfigs({ client, query: page }))),
      get: (sync_config_id: string) => dataOf(api.getSyncConfig({ client, path: { sync_config_id } })),
      update: (sync_config_id: string, body: wire.UpdateSyncConfig) =>
        dataOf(api.updateSyncConfig({ client, path: { sync_config_id }, body })),
      delete: (sync_config_id: string, query: Force = {}) => done(api.deleteSyncConfig({ client, path: { sync_config_id }, query })),
      /** Looks at what the provider offers by now. */
      refresh: (sync_config_id: string) => dataOf(api.refreshSyncConfig({ client, path: { sync_config_id } })),
    },
    syncs: {
      list: (query: QueryOf<wire.ListSyncsData> = {}) => pagesOf(query, (page) => dataOf(api.listSyncs({ client, query: page }))),
      get: (sync_id: string) => dataOf(api.getSync({ client, path: { sync_id } })),
      /** What this connection has of its own; null takes it back. */
      update: (sync_id: string, body: wire.UpdateSync) => dataOf(api.updateSync({ client, path: { sync_id }, body })),
      trigger: (sync_id: string, body: wire.TriggerSync = {}) => dataOf(api.triggerSync({ client, path: { sync_id }, body })),
      pause: (sync_id: string) => dataOf(api.pauseSync({ client, path: { sync_id } })),
      resume: (sync_id: string) => dataOf(api.resumeSync({ client, path: { sync_id } })),
      reset: (sync_id: string) => dataOf(api.resetSync({ client, path: { sync_id } })),
      getCheckpoint: (sync_id: string) => dataOf(api.getCheckpoint({ client, path: { sync_id } })),
      setCheckpoint: (sync_id: string, body: wire.SetCheckpoint) => dataOf(api.setCheckpoint({ client, path: { sync_id }, body })),
    },
    runs: {
      list: (query: QueryOf<wire.ListRunsData> = {}) => pagesOf(query, (page) => dataOf(api.listRuns({ client, query: page }))),
      get: (run_id: string) => dataOf(api.getRun({ client, path: { run_id } })),
    },
    heldDeletes: {
      /** What of a sync the guard held back. */
      list: (query: QueryOf<wire.ListHeldDeletesData>) => pagesOf(query, (page) => dataOf(api.listHeldDeletes({ client, query: page }))),
      /** The records of one held run. */
      records: (run_id: string, query: QueryOf<wire.ListHeldRecordsData> = {}) =>
        pagesOf(query, (page) => dataOf(api.listHeldRecords({ client, path: { run_id }, query: page }))),
      approve: (run_id: string) => dataOf(api.approveHeldDeletes({ client, path: { run_id } })),
      reject: (run_id: string) => dataOf(api.rejectHeldDeletes({ client, path: { run_id } })),
    },
    quarantine: {
      /** Records of a sync that could not be stored. */
      list: (query: QueryOf<wire.ListQuarantineData>) => pagesOf(query, (page) => dataOf(api.listQuarantine({ client, query: page }))),
      retry: (quarantine_id: string) => dataOf(api.retryQuarantined({ client, path: { quarantine_id } })),
    },
    records: {
      /** The records of an object as they are now. */
      list: (provider: string, object: string, query: RecordsQuery = {}) => pagesOf(query, (page) => loadRecords(provider, object, page)),
      /** One record by its id at the provider. Name the customer or the connection where several may have that id. */
      get: (provider: string, object: string, record_id: string, query: QueryOf<wire.GetRecordData> = {}): Promise<wire.RecordEntry> =>
        exactly(api.getRecord({ client, path: { provider, object, record_id }, query, parseAs: 'text' })),
      /** Up to 500 by their ids, in the order of the ids. */
      getMany: (provider: string, object: string, body: wire.GetRecords): Promise<wire.RecordBatch> =>
        exactly(api.getRecords({ client, path: { provider, object }, body, parseAs: 'text' })),
      /**
       * The change feed, deletes included: the backlog first, then what changed. Keep the cursor of each batch that you have
       * applied and begin with it next time.
       *
       * @example
       * for await (const { changes, cursor } of syncline.records.changes('hubspot', 'contacts', { cursor: await load() })) {
       *   await apply(changes);
       *   await save(cursor);
       * }
       */
      changes(provider: string, object: string, options: ChangesOptions = {}): AsyncGenerator<ChangeBatch, void> {
        const { customer_id, connection_id, page_size = changesPageSize, signal } = options;
        const query = { page_size, include_deleted: true, ...given({ customer_id, connection_id }) };
        return followChanges((cursor) => loadRecords(provider, object, { ...query, ...given({ cursor }) }, signal), options);
      },
    },
    unified: {
      /** The records of a model across providers as they are now. */
      list: (category: string, model: string, query: QueryOf<wire.ListUnifiedData> = {}) =>
        pagesOf(query, (page) =>
          exactly<wire.UnifiedPage>(api.listUnified({ client, path: { category, model }, query: page, parseAs: 'text' })),
        ),
      /** One record by the id that the list shows. */
      get: (category: string, model: string, unified_id: string, query: QueryOf<wire.GetUnifiedData> = {}): Promise<wire.UnifiedRecord> =>
        exactly(api.getUnified({ client, path: { category, model, unified_id }, query, parseAs: 'text' })),
      /** What custom fields would give on stored records. Writes nothing. */
      preview: (category: string, model: string, body: wire.PreviewMapping): Promise<wire.MappingPreview> =>
        exactly(api.previewMapping({ client, path: { category, model }, body, parseAs: 'text' })),
      mappings: (query: QueryOf<wire.ListMappingsData> = {}) => pagesOf(query, (page) => dataOf(api.listMappings({ client, query: page }))),
      /** All custom fields of a model at a provider, of every customer or of one. */
      setMapping: (path: UnifiedMappingPath, body: wire.SetMapping, query: QueryOf<wire.SetMappingData> = {}) =>
        dataOf(api.setMapping({ client, path, body, query })),
      deleteMapping: (path: UnifiedMappingPath, query: QueryOf<wire.DeleteMappingData> = {}) =>
        done(api.deleteMapping({ client, path, query })),
    },
    sqlCredentials: {
      /** Shows the password, once. */
      create: (body: wire.CreateSqlCredential) => dataOf(api.createSqlCredential({ client, body })),
      list: (query: QueryOf<wire.ListSqlCredentialsData> = {}) =>
        pagesOf(query, (page) => dataOf(api.listSqlCredentials({ client, query: page }))),
      /** Shows the new password, once. */
      rotate: (sql_credential_id: string) => dataOf(api.rotateSqlCredential({ client, path: { sql_credential_id } })),
      revoke: (sql_credential_id: string) => done(api.revokeSqlCredential({ client, path: { sql_credential_id } })),
    },
    alerts: {
      list: (query: QueryOf<wire.ListAlertsData> = {}) => pagesOf(query, (page) => dataOf(api.listAlerts({ client, query: page }))),
    },
    events: {
      list: (query: QueryOf<wire.ListEventsData> = {}) => pagesOf(query, (page) => dataOf(api.listEvents({ client, query: page }))),
    },
    webhookEndpoints: {
      /** Shows the secret, once. */
      create: (body: wire.CreateWebhookEndpoint) => dataOf(api.createWebhookEndpoint({ client, body })),
      list: (query: QueryOf<wire.ListWebhookEndpointsData> = {}) =>
        pagesOf(query, (page) => dataOf(api.listWebhookEndpoints({ client, query: page }))),
      get: (webhook_endpoint_id: string) => dataOf(api.getWebhookEndpoint({ client, path: { webhook_endpoint_id } })),
      update: (webhook_endpoint_id: string, body: wire.UpdateWebhookEndpoint) =>
        dataOf(api.updateWebhookEndpoint({ client, path: { webhook_endpoint_id }, body })),
      delete: (webhook_endpoint_id: string) => done(api.deleteWebhookEndpoint({ client, path: { webhook_endpoint_id } })),
      /** A new secret; for a day messages carry a signature of the one before it, too. */
      rotate: (webhook_endpoint_id: string) => dataOf(api.rotateWebhookSecret({ client, path: { webhook_endpoint_id } })),
      test: (webhook_endpoint_id: string) => dataOf(api.testWebhookEndpoint({ client, path: { webhook_endpoint_id } })),
      /** Events of the log once more. */
      replay: (webhook_endpoint_id: string, body: wire.ReplayWebhookEvents) =>
        dataOf(api.replayWebhookEvents({ client, path: { webhook_endpoint_id }, body })),
      deliveries: (query: QueryOf<wire.ListWebhookDeliveriesData> = {}) =>
        pagesOf(query, (page) => dataOf(api.listWebhookDeliveries({ client, query: page }))),
      /** Of a delivery that was given up, or that waits. */
      retry: (webhook_delivery_id: string) => dataOf(api.retryWebhookDelivery({ client, path: { webhook_delivery_id } })),
    },
    audit: {
      list: (query: QueryOf<wire.ListAuditData> = {}) => pagesOf(query, (page) => dataOf(api.listAudit({ client, query: page }))),
    },
    /** The client underneath, for the generated functions. */
    client: client as Client,
  };
}

const changesPageSize = 1000;

type QueryOf<D extends { query?: unknown }> = NonNullable<D['query']>;
type RecordsQuery = QueryOf<wire.ListRecordsData>;
type UnifiedMappingPath = wire.SetMappingData['path'];
type Force = { force?: boolean };

async function dataOf<T>(answer: Promise<{ data: T }>): Promise<T> {
  return (await answer).data;
}

async function done(answer: Promise<unknown>): Promise<void> {
  await answer;
}

function pagesOf<Q extends { cursor?: string }, P extends Page<unknown>>(
  query: Q,
  load: (query: Q) => Promise<P>,
): Pages<P['data'][number], P & Page<P['data'][number]>> {
  return new Pages((cursor) => load({ ...query, ...given({ cursor }) }) as Promise<P & Page<P['data'][number]>>, query.cursor);
}

/** Without what was left out: `exactOptionalPropertyTypes` in the caller's project allows no `undefined`. */
function given<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> };
}
