import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Syncline } from '../compose.ts';
import { createConnectSession } from '../connect/create-connect-session.ts';
import { createProviderConfig } from '../connect/create-provider-config.ts';
import { createSyncConfig } from '../syncs/create-sync-config.ts';
import { createApplication, upsertCustomer } from '../tenancy/index.ts';

const customerId = 'demo-customer';
const syncIntervalSeconds = 60;
/** The sandbox accepts this client; nothing outside of it knows it. */
const sandboxClient = { clientId: 'sandbox-client', clientSecret: 'sandbox-secret' };

export interface DemoApplication {
  customerId: string;
  keyFile: string;
  connectUrl: string;
  /** Prepared by this very start. */
  isNew: boolean;
}

/**
 * Development: an application to play with is prepared on the first start, and every start gives a fresh link to connect
 * its customer. The API key lies in `.syncline/api-key` (0600) and is never printed.
 */
export async function prepareDemoApplication({ syncline, dataDir }: { syncline: Syncline; dataDir: string }): Promise<DemoApplication> {
  const keyFile = path.join(dataDir, 'api-key');
  const known = existsSync(keyFile) ? await syncline.authenticate(`Bearer ${readFileSync(keyFile, 'utf8').trim()}`) : null;
  const applicationId = known?.kind === 'api_key' ? known.applicationId : await createDemo(syncline, keyFile);
  const ctx = syncline.contextFor({ kind: 'system', id: 'demo', applicationId });
  const { url } = await createConnectSession({ ctx, input: { customerId, provider: 'sandbox' } });
  return { customerId, keyFile, connectUrl: url, isNew: known === null };
}

async function createDemo(syncline: Syncline, keyFile: string): Promise<string> {
  const { application, apiKey } = await createApplication({
    ctx: syncline.contextFor({ kind: 'operator', id: 'demo' }),
    input: { name: 'Demo vendor' },
  });
  const ctx = syncline.contextFor({ kind: 'system', id: 'demo', applicationId: application.id });
  await upsertCustomer({ ctx, input: { customerId, name: 'Demo customer' } });
  await createProviderConfig({ ctx, input: { provider: 'sandbox', ...sandboxClient } });
  await createSyncConfig({
    ctx,
    input: {
      provider: 'sandbox',
      strategy: 'full_then_incremental',
      intervalSeconds: syncIntervalSeconds,
      objects: ['contacts', 'companies', 'deals', 'owners'].map((object) => ({ object })),
    },
  });
  // Last: a start that is cut off before this line prepares another one.
  writeFileSync(keyFile, apiKey.key, { mode: 0o600 });
  return application.id;
}
