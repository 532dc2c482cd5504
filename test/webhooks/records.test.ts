import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hubSchemaName } from '../../src/hub/schema-name.ts';
import type { Loose } from '../support/client.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { expectSoon, isSigned, type Receiver, startReceiver } from './support.ts';

let syncline: TestSyncline;
let receiver: Receiver;
beforeAll(async () => {
  [syncline, receiver] = await Promise.all([startSyncline(), startReceiver()]);
});
afterAll(async () => {
  await Promise.all([syncline.close(), receiver.close()]);
});

const marker = 'marked-7f3a9c51e2';
const schedule = { kind: 'manual' };

/** A vendor with an endpoint that gets records, and customers whose contacts are read when the test says so. */
async function openVendor(path: string, customers: Record<string, number>, rest: Record<string, unknown> = {}) {
  const vendor = await syncline.createApplication();
  const url = receiver.url + path;
  const endpoint = await vendor.call('POST', '/v1/webhook-endpoints', {
    url,
    payload: 'records',
    event_types: ['records.changed'],
    ...rest,
  });
  await vendor.setUpProvider({ objects: [{ object: 'contacts', schedule }] });
  const syncs: Record<string, string> = {};
  const connections: Record<string, string> = {};
  for (const [customerId, size] of Object.entries(customers)) {
    await syncline.control.setSize({ account: customerId, object: 'contacts', size });
    const { connectionId } = await vendor.connectCustomer({ customerId });
    connections[customerId] = connectionId;
    syncs[customerId] = (await vendor.findSync({ connectionId, object: 'contacts' })).id;
    await vendor.waitForRun({ syncId: syncs[customerId]! });
  }
  const listed = (customerId: string) =>
    vendor.list(`/v1/records/sandbox/contacts?customer_id=${customerId}&include_deleted=true&page_size=1000`);
  const succeeded = async () => (await vendor.list(`/v1/webhook-deliveries?webhook_endpoint_id=${endpoint.id}&status=succeeded`)).length;
  return { vendor, endpoint, syncs, connections, listed, succeeded };
}

const recordsAt = (path: string): Loose[] => receiver.at(path).flatMap(({ body }) => body.records);

test('records.changed brings the records in parts, as the listing shows them, each part with an id and a signature of its own', async () => {
  const { endpoint, listed, succeeded } = await openVendor('/parts', { parts: 250 });
  await expectSoon(succeeded, 1);
  const sent = receiver.at('/parts');
  expect(sent.map(({ body }) => body.records.length)).toEqual([100, 100, 50]);
  expect(sent.map(({ body }) => body.part.is_last)).toEqual([false, false, true]);
  for (const request of sent) expect(isSigned(request, endpoint.secret)).toBe(true);
  expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
  expect(new Set(sent.map(({ body }) => body.id)).size).toBe(1);
  expect(recordsAt('/parts')).toEqual(await listed('parts'));
  // The parts lie end to end.
  const bounds = sent.map(({ body }) => [BigInt(body.part.first_seq), BigInt(body.part.last_seq)] as const);
  expect(bounds.slice(1).map(([first]) => first - 1n)).toEqual(bounds.slice(0, -1).map(([, last]) => last));
  expect([String(bounds[0]![0]), String(bounds[2]![1])]).toEqual([sent[0]!.body.data.first_seq, sent[0]!.body.data.last_seq]);
});

test('a part that is not received is sent again from where it was; what came before it is not', async () => {
  let refusals = 1;
  receiver.answers('/again', ({ body }) => (body.records.length === 50 && refusals-- > 0 ? 503 : 200));
  const { endpoint, succeeded, listed } = await openVendor('/again', { again: 150 });
  await expectSoon(() => receiver.at('/again').length, 2);
  await expectSoon(async () => {
    await syncline.pool.query("update webhook_delivery set next_attempt_at = now() where endpoint_id = $1 and status = 'pending'", [
      endpoint.id,
    ]);
    return succeeded();
  }, 1);
  const sent = receiver.at('/again');
  expect(sent.map(({ body }) => body.records.length)).toEqual([100, 50, 50]);
  expect(sent[1]!.headers['webhook-id']).toBe(sent[2]!.headers['webhook-id']);
  expect([...sent[0]!.body.records, ...sent[2]!.body.records]).toEqual(await listed('again'));
});

test('an endpoint of one customer gets no record of another, and what was purged is not sent, replayed or not', async () => {
  const filters = { customer_ids: ['mine'] };
  const { vendor, endpoint, connections, succeeded } = await openVendor('/mine', { mine: 20, theirs: 20 }, { filters });
  await expectSoon(succeeded, 1);
  expect(new Set(recordsAt('/mine').map((record) => record.customer_id))).toEqual(new Set(['mine']));
  expect(recordsAt('/mine')).toHaveLength(20);
  await vendor.call('POST', `/v1/connections/${connections.mine}:disconnect`, { purge: true, force: true });
  await expectSoon(async () => (await vendor.list('/v1/events?types=records.purged')).length, 1);
  expect(await vendor.call('POST', `/v1/webhook-endpoints/${endpoint.id}:replay`, { from_number: 1 })).toMatchObject({ deliveries: 1 });
  await expectSoon(succeeded, 2);
  expect(receiver.at('/mine').at(-1)!.body).toMatchObject({ records: [], part: { is_last: true } });
});

test('S18 what records hold stands nowhere but in the hub, whatever was sent, refused, answered and replayed', async () => {
  // A receiver that repeats what it was sent, and refuses it.
  receiver.answers('/s18', ({ text }, response) => {
    response.writeHead(receiver.at('/s18').length < 3 ? 503 : 200, { 'x-echo': encodeURIComponent(text.slice(0, 200)) }).end(text);
    return undefined;
  });
  const { vendor, endpoint, syncs, succeeded } = await openVendor('/s18', { s18: 3 });
  await syncline.control.update({ account: 's18', object: 'contacts', count: 3, fields: { notes: marker } });
  await vendor.runSync({ syncId: syncs.s18! });
  await expectSoon(async () => {
    await syncline.pool.query("update webhook_delivery set next_attempt_at = now() where endpoint_id = $1 and status = 'pending'", [
      endpoint.id,
    ]);
    await syncline.pool.query('update webhook_endpoint set not_before = null where id = $1', [endpoint.id]);
    return succeeded();
  }, 2);
  await vendor.call('POST', `/v1/webhook-endpoints/${endpoint.id}:replay`, { from_number: 1 });
  await expectSoon(succeeded, 4);
  expect(JSON.stringify(recordsAt('/s18'))).toContain(marker);
  const found = await tablesWith(syncline.databaseUrl, marker);
  expect(found.filter((table) => !table.startsWith(`${hubSchemaName(vendor.applicationId)}.`))).toEqual([]);
  expect(found).toContain(`${hubSchemaName(vendor.applicationId)}.sandbox_contacts`);
});

/** Every table of every schema that holds this text. */
async function tablesWith(databaseUrl: string, text: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ schema: string; name: string }>(
      `select table_schema as schema, table_name as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const found: string[] = [];
    for (const { schema, name } of tables) {
      const { rowCount } = await client.query(
        `select from ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)} t where to_jsonb(t)::text like $1 limit 1`,
        [`%${text}%`],
      );
      if (rowCount) found.push(`${schema}.${name}`);
    }
    return found;
  } finally {
    await client.end();
  }
}
