import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Operation, operations } from '../support/openapi.ts';
import { bodiesOf, createWorld, pathOf, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

/** Sent like writes, and nobody asks about them afterwards: they read, try out, or are a vendor's everyday traffic. */
const everyday = ['getRecords', 'previewMapping', 'testDestination', 'createCustomerToken', 'upsertCustomer'];
/** The operator's, with no audit of an application before it. */
const operators = ['createApplication'];
/** What cannot succeed on a hosted destination, after another decision, or where nothing has failed. */
const elsewhere = ['createDestination', 'deleteDestination', 'rejectHeldDeletes', 'retryWebhookDelivery', 'refreshSyncConfig'];

/** What a run may overtake comes first; what takes away what others need comes last. */
const first = ['approveHeldDeletes', 'retryQuarantined'];
const last = [
  ...['disconnectConnection', 'deleteSyncConfig', 'deleteProviderConfig', 'deleteProvider'],
  ...['deleteCustomer', 'revokeApiKey'],
];

/** Bodies that leave what follows possible. */
const bodies = {
  createProviderConfig: { provider: 'hubspot', client_id: 'client', client_secret: 'secret' },
  updateSyncConfig: { status: 'enabled' },
  updateWebhookEndpoint: { status: 'enabled' },
};

function rank({ operationId, method }: Operation): number {
  if (first.includes(operationId)) return -1;
  if (last.includes(operationId)) return 2 + last.indexOf(operationId);
  return method === 'DELETE' ? 1 : 0;
}

test('X14 every write of the API says who did it and to what', async () => {
  const { syncline } = world;
  // The sandbox's objects become no unified model.
  const ids: Record<string, string> = { ...world.ids, 'setMapping.provider': 'hubspot', 'deleteMapping.provider': 'hubspot' };
  const left = [...everyday, ...operators, ...elsewhere];
  const writes = operations
    .filter(({ method, operationId }) => method !== 'GET' && !left.includes(operationId))
    .sort((a, b) => rank(a) - rank(b));
  expect(writes.length).toBeGreaterThan(35);
  const { id: keyId } = (await syncline.list('/v1/api-keys'))[0]!;
  const found: Record<string, unknown> = {};
  for (const operation of writes) {
    const { operationId, method } = operation;
    const before = new Set((await syncline.list('/v1/audit')).map(({ id }) => id));
    const answer = await world.send({
      method,
      path: pathOf(operation, ids),
      query: operation.parameters.some(({ name }) => name === 'force') ? { force: 'true' } : ({} as Record<string, string>),
      body: (bodies as Record<string, unknown>)[operationId] ?? bodiesOf(ids)[operationId],
      key: syncline.apiKey,
    });
    const mine = (await syncline.list('/v1/audit')).filter(({ id, actor }) => !before.has(id) && actor === `api_key:${keyId}`);
    found[operationId] = answer.status < 300 ? mine.map(({ target }) => typeof target) : `${answer.status} ${answer.text}`;
    if (operationId === 'createProviderConfig') ids['deleteProviderConfig.provider_config_id'] = answer.body.id;
  }
  const silent = Object.entries(found).filter(([, entries]) => !(Array.isArray(entries) && entries.length > 0 && entries[0] === 'string'));
  expect(Object.fromEntries(silent)).toEqual({});
  // What was done is there for whoever may read it, and holds no secret.
  const audit = JSON.stringify(await syncline.list('/v1/audit'));
  for (const secret of [syncline.apiKey, 'whsec_', 'client_secret', 'password']) expect(audit).not.toContain(secret);
});
