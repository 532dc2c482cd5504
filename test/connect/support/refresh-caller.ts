// One process with twenty callers that all find their token refused: `node refresh-caller.ts <json>`. Prints what they got.

import { createCatalog } from '../../../src/catalog/index.ts';
import { openConnectionClient } from '../../../src/connect/client.ts';
import { createEgress } from '../../../src/connect/egress.ts';
import { createVault } from '../../../src/connect/vault.ts';
import { createDb } from '../../../src/db/index.ts';
import { defaultLimits } from '../../../src/ops/config.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { sandboxProvider } from './provider.ts';

interface Order {
  databaseUrl: string;
  originOverrides: Record<string, string>;
  vaultKey: string;
  applicationId: string;
  connectionId: string;
  callers: number;
  poolMax: number;
}

const order: Order = JSON.parse(process.argv[2] ?? '{}');
const log = createLogger({ logLevel: 'error' });
const db = createDb({ url: order.databaseUrl, poolMax: order.poolMax, log });
const egress = createEgress({ originOverrides: order.originOverrides, allowPrivateAddresses: false });
const ctx = {
  ...{ db, log, egress },
  clock: { now: () => new Date() },
  catalog: createCatalog({ environment: 'development', providers: [sandboxProvider()] }),
  vault: createVault({ keys: [{ id: 'k1', key: Buffer.from(order.vaultKey, 'base64') }] }),
  limits: defaultLimits,
  publicUrl: 'http://127.0.0.1',
  onConnectionChanged: async () => {},
  actor: { kind: 'system' as const, id: 'test', applicationId: order.applicationId },
  requestId: 'req_test',
};
const clients = await Promise.all(
  Array.from({ length: order.callers }, () => openConnectionClient({ ctx, connectionId: order.connectionId })),
);
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
const statuses = await Promise.all(
  clients.map((client) =>
    client.request({ method: 'GET', path: '/crm/v1/contacts' }, { signal: AbortSignal.timeout(20_000) }).then(
      ({ status }) => String(status),
      (error: Error) => error.message,
    ),
  ),
);
process.stdout.write(`${JSON.stringify(statuses)}\n`);
await egress.close();
await db.close();
process.exit(0);
