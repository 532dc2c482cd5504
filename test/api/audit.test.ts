import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { type Operation, operations } from '../support/openapi.ts';
import { destinationOf } from '../support/own-destination.ts';
import { startReceiver } from '../webhooks/support.ts';
import { bodiesOf, createWorld, pathOf, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

/** Sent like writes, and in no audit: each with the reason why nobody asks about it afterwards. */
const unaudited = {
  getRecords: 'reads records by their ids',
  previewMapping: 'tries a mapping out, and changes nothing',
  testDestination: 'tries a destination out, and changes nothing but what its status says',
  createCustomerToken: 'a vendor sends it whenever a page of its own is opened; a token ends within the hour',
  upsertCustomer: "a vendor sends it whenever a user of its own logs in, and it holds no more than the vendor's own name for it",
};

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
  const own = await createTestDatabase();
  Object.assign(ids, await prepare(world));
  const sent: Record<string, unknown> = { ...bodiesOf(ids), ...bodies, createDestination: destinationOf(own.url) };
  const named = operations.map(({ operationId }) => operationId);
  for (const name of Object.keys(unaudited)) expect(named).toContain(name);
  const writes = operations
    .filter(({ method, operationId }) => method !== 'GET' && !(operationId in unaudited))
    .sort((a, b) => rank(a) - rank(b));
  expect(writes.length).toBeGreaterThan(45);
  const { id: keyId } = (await syncline.list('/v1/api-keys'))[0]!;
  const found: Record<string, unknown> = {};
  for (const operation of writes) {
    const { operationId, method } = operation;
    const before = new Set((await syncline.list('/v1/audit')).map(({ id }) => id));
    const answer = await world.send({
      method,
      path: pathOf(operation, ids),
      query: operation.parameters.some(({ name }) => name === 'force') ? { force: 'true' } : ({} as Record<string, string>),
      body: sent[operationId],
      key: operationId === 'createApplication' ? syncline.operatorKey : syncline.apiKey,
    });
    if (operationId === 'createApplication') {
      const { data } = (await world.send({ method: 'GET', path: '/v1/audit', key: answer.body.api_key.key })).body;
      expect(data).toMatchObject([{ action: 'application.created', target: answer.body.application.id }]);
      expect(data[0].actor).toContain('operator');
      continue;
    }
    const mine = (await syncline.list('/v1/audit')).filter(({ id, actor }) => !before.has(id) && actor === `api_key:${keyId}`);
    found[operationId] = answer.status < 300 ? mine.map(({ target }) => typeof target) : `${answer.status} ${answer.text}`;
    if (operationId === 'createProviderConfig') ids['deleteProviderConfig.provider_config_id'] = answer.body.id;
    if (operationId === 'createDestination') ids['deleteDestination.destination_id'] = answer.body.id;
  }
  const silent = Object.entries(found).filter(([, entries]) => !(Array.isArray(entries) && entries.length > 0 && entries[0] === 'string'));
  expect(Object.fromEntries(silent)).toEqual({});
  // What was done is there for whoever may read it, and holds no secret.
  const audit = JSON.stringify(await syncline.list('/v1/audit'));
  for (const secret of [syncline.apiKey, 'whsec_', 'client_secret', 'password']) expect(audit).not.toContain(secret);
  await own.drop();
});

/** What some writes need before they can take effect: deletes that wait, a delivery that was given up, an object that is newly offered. */
async function prepare({ syncline, ids }: World): Promise<Record<string, string>> {
  const { call, control, pool } = syncline;
  const account = 'audit-held';
  const { connectionId } = await syncline.connectCustomer({ customerId: account, account });
  const sync = await syncline.findSync({ connectionId, object: 'contacts' });
  await syncline.waitForRun({ syncId: sync.id });
  await control.fault({ match: { account, object: 'contacts' }, fault: { kind: 'empty' } });
  const held = await syncline.runSync({ syncId: sync.id, full: true });
  expect(held.status).toBe('held');

  const receiver = await startReceiver();
  receiver.answers('/', () => 404);
  const { id } = await call('POST', '/v1/webhook-endpoints', { url: `${receiver.url}/`, event_types: ['webhook.test'] });
  await call('POST', `/v1/webhook-endpoints/${id}:test`);
  const dead = async () => (await call('GET', `/v1/webhook-deliveries?webhook_endpoint_id=${id}&status=dead`)).data[0];
  await expect.poll(dead, { timeout: 30_000 }).toBeDefined();
  const delivery = await dead();
  await receiver.close();

  // As a release stored it that did not know the last of the provider's objects yet.
  await pool.query(
    `update sync_config set new_objects = 'include', known_objects = known_objects[:cardinality(known_objects) - 1] where id = $1`,
    [ids.sync_config_id],
  );
  return { 'rejectHeldDeletes.run_id': held.id, 'retryWebhookDelivery.webhook_delivery_id': delivery.id };
}
