import type { Endpoint } from '../endpoint.ts';
import { alertEndpoints } from './alerts/index.ts';
import { createApiKeyEndpoint } from './api-keys/create.ts';
import { listApiKeysEndpoint } from './api-keys/list.ts';
import { revokeApiKeyEndpoint } from './api-keys/revoke.ts';
import { createApplicationEndpoint } from './applications/create.ts';
import { getApplicationEndpoint } from './applications/get.ts';
import { updateApplicationEndpoint } from './applications/update.ts';
import { listAuditEndpoint } from './audit/list.ts';
import { createConnectSessionEndpoint } from './connect-sessions/create.ts';
import { getConnectSessionEndpoint } from './connect-sessions/get.ts';
import { disconnectConnectionEndpoint } from './connections/disconnect.ts';
import { getConnectionEndpoint } from './connections/get.ts';
import { getRateBudgetsEndpoint } from './connections/get-rate-budgets.ts';
import { listConnectionsEndpoint } from './connections/list.ts';
import { updateConnectionEndpoint } from './connections/update.ts';
import { createCustomerTokenEndpoint } from './customer-tokens/create.ts';
import { deleteCustomerEndpoint } from './customers/delete.ts';
import { getCustomerEndpoint } from './customers/get.ts';
import { listCustomersEndpoint } from './customers/list.ts';
import { upsertCustomerEndpoint } from './customers/upsert.ts';
import { destinationEndpoints } from './destinations/index.ts';
import { listEventsEndpoint } from './events/list.ts';
import { fieldEndpoints } from './fields/index.ts';
import { approveHeldDeletesEndpoint } from './held-deletes/approve.ts';
import { listHeldDeletesEndpoint } from './held-deletes/list.ts';
import { listHeldRecordsEndpoint } from './held-deletes/list-records.ts';
import { rejectHeldDeletesEndpoint } from './held-deletes/reject.ts';
import { passthroughEndpoints } from './passthrough/index.ts';
import { createProviderConfigEndpoint } from './provider-configs/create.ts';
import { deleteProviderConfigEndpoint } from './provider-configs/delete.ts';
import { getProviderConfigEndpoint } from './provider-configs/get.ts';
import { listProviderConfigsEndpoint } from './provider-configs/list.ts';
import { updateProviderConfigEndpoint } from './provider-configs/update.ts';
import { createProviderEndpoint } from './providers/create.ts';
import { deleteProviderEndpoint } from './providers/delete.ts';
import { getProviderEndpoint } from './providers/get.ts';
import { getProviderDefinitionEndpoint } from './providers/get-definition.ts';
import { listProvidersEndpoint } from './providers/list.ts';
import { updateProviderEndpoint } from './providers/update.ts';
import { listQuarantineEndpoint } from './quarantine/list.ts';
import { retryQuarantinedEndpoint } from './quarantine/retry.ts';
import { recordEndpoints } from './records/index.ts';
import { getRunEndpoint } from './runs/get.ts';
import { listRunsEndpoint } from './runs/list.ts';
import { sqlCredentialEndpoints } from './sql-credentials/index.ts';
import { createSyncConfigEndpoint } from './sync-configs/create.ts';
import { deleteSyncConfigEndpoint } from './sync-configs/delete.ts';
import { getSyncConfigEndpoint } from './sync-configs/get.ts';
import { listSyncConfigsEndpoint } from './sync-configs/list.ts';
import { refreshSyncConfigEndpoint } from './sync-configs/refresh.ts';
import { updateSyncConfigEndpoint } from './sync-configs/update.ts';
import { syncOverrideEndpoints } from './sync-overrides/index.ts';
import { getSyncEndpoint } from './syncs/get.ts';
import { getCheckpointEndpoint } from './syncs/get-checkpoint.ts';
import { listSyncsEndpoint } from './syncs/list.ts';
import { pauseSyncEndpoint } from './syncs/pause.ts';
import { resetSyncEndpoint } from './syncs/reset.ts';
import { resumeSyncEndpoint } from './syncs/resume.ts';
import { setCheckpointEndpoint } from './syncs/set-checkpoint.ts';
import { triggerSyncEndpoint } from './syncs/trigger.ts';
import { unifiedEndpoints } from './unified/index.ts';
import { webhookEndpoints } from './webhooks/index.ts';

/** Every operation of the API, in the order of the document. */
export const endpoints: readonly Endpoint[] = [
  createApplicationEndpoint,
  getApplicationEndpoint,
  updateApplicationEndpoint,
  createApiKeyEndpoint,
  listApiKeysEndpoint,
  revokeApiKeyEndpoint,
  listProvidersEndpoint,
  getProviderEndpoint,
  createProviderEndpoint,
  getProviderDefinitionEndpoint,
  updateProviderEndpoint,
  deleteProviderEndpoint,
  createProviderConfigEndpoint,
  listProviderConfigsEndpoint,
  getProviderConfigEndpoint,
  updateProviderConfigEndpoint,
  deleteProviderConfigEndpoint,
  upsertCustomerEndpoint,
  getCustomerEndpoint,
  listCustomersEndpoint,
  deleteCustomerEndpoint,
  createCustomerTokenEndpoint,
  createConnectSessionEndpoint,
  getConnectSessionEndpoint,
  listConnectionsEndpoint,
  getConnectionEndpoint,
  updateConnectionEndpoint,
  getRateBudgetsEndpoint,
  disconnectConnectionEndpoint,
  ...destinationEndpoints,
  createSyncConfigEndpoint,
  listSyncConfigsEndpoint,
  getSyncConfigEndpoint,
  updateSyncConfigEndpoint,
  refreshSyncConfigEndpoint,
  deleteSyncConfigEndpoint,
  listSyncsEndpoint,
  getSyncEndpoint,
  ...syncOverrideEndpoints,
  triggerSyncEndpoint,
  pauseSyncEndpoint,
  resumeSyncEndpoint,
  resetSyncEndpoint,
  getCheckpointEndpoint,
  setCheckpointEndpoint,
  listRunsEndpoint,
  getRunEndpoint,
  listHeldDeletesEndpoint,
  listHeldRecordsEndpoint,
  approveHeldDeletesEndpoint,
  rejectHeldDeletesEndpoint,
  listQuarantineEndpoint,
  retryQuarantinedEndpoint,
  ...recordEndpoints,
  ...unifiedEndpoints,
  ...passthroughEndpoints,
  ...fieldEndpoints,
  ...sqlCredentialEndpoints,
  listEventsEndpoint,
  ...webhookEndpoints,
  ...alertEndpoints,
  listAuditEndpoint,
];
