import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createVault } from '../../src/connect/vault.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDestination } from '../support/own-destination.ts';
import { testPool } from '../support/pool.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { textOf } from './support/dump.ts';

let syncline: TestSyncline;
let database: TestDatabase;
let own: pg.Pool;
/** Everything that a receiver of webhooks was sent. */
const received: string[] = [];
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    received.push(body);
    response.end();
  });
});
beforeAll(async () => {
  [syncline, database] = await Promise.all([startSyncline(), createTestDatabase()]);
  own = testPool(database.url, { max: 1 });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await own?.end();
  await syncline?.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  await database?.drop();
});

const waitMsMax = 40_000;
const marker = 'Rumpelstilzchen-4711';
const time = '2025-05-05T05:05:05.000Z';

test('S18 what stands in records is kept in the own database alone, whatever happens to them on the way', async () => {
  const { call, control } = syncline;
  const account = 's18';
  const at = { account, object: 'contacts' };
  await control.setSize({ ...at, size: 12 });
  const [first, second] = ['con_0000000001', 'con_0000000002'] as const;
  await control.update({ ...at, id: first, fields: { notes: `${marker} landed` } });
  // Nobody's table takes a number like this.
  const raw = `{"id":"con_odd","updated_at":"${time}","is_deleted":false,"notes":"${marker} set aside","n":1e400000}`;
  await control.createRaw({ ...at, id: 'con_odd', raw, updatedAt: time });

  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`;
  await call('POST', '/v1/webhook-endpoints', { url, payload: 'records' });
  const destination = await createDestination(syncline, database.url);
  const { providerConfig } = await syncline.setUpProvider({
    objects: [{ object: 'contacts', schedule: { kind: 'manual' } }],
    destination_id: destination.id,
  });
  await call('PATCH', `/v1/provider-configs/${providerConfig.id}`, { hook_secret: 'whsec_s18' });
  const { connectionId } = await syncline.connectCustomer({ customerId: account });
  const sync = await syncline.findSync({ connectionId, object: 'contacts' });
  expect(await syncline.waitForRun({ syncId: sync.id })).toMatchObject({ status: 'succeeded', inserted: 12, quarantined: 1 });
  expect(await syncline.list(`/v1/quarantine?sync_id=${sync.id}`)).toMatchObject([{ record_id: 'con_odd' }]);
  // So one of the places where it is kept; what is searched below would show it.
  expect(await textOf(own)).toContain(`${marker} set aside`);
  const kept: string[] = [await everythingOfOurs()];

  await control.setHooks({ ...at, url: providerConfig.hook_url, secret: 'whsec_s18', withRecord: true, isHeld: true });
  await control.update({ ...at, id: second, fields: { notes: `${marker} by hook` } });
  expect((await control.sendHooks({ account })).statuses).toEqual([202]);
  kept.push(await everythingOfOurs());
  const records = (query: string) => call('GET', `/v1/records/sandbox/contacts?customer_id=${account}${query}`);
  await expect.poll(async () => JSON.stringify(await records('')).includes(`${marker} by hook`), { timeout: waitMsMax }).toBe(true);

  const asking = { method: 'GET', path: '/crm/v1/contacts', query: { limit: '5' } };
  const repeatable = { headers: { 'idempotency-key': randomUUID() } };
  const passed = await call('POST', `/v1/connections/${connectionId}:passthrough`, asking, repeatable);
  expect(JSON.stringify(passed)).toContain(`${marker} landed`);
  kept.push(await everythingOfOurs());

  await control.fault({ match: at, fault: { kind: 'empty' } });
  expect(await syncline.runSync({ syncId: sync.id, full: true })).toMatchObject({ status: 'held', held_deletes: 12 });
  kept.push(await everythingOfOurs());

  const keyed = { headers: { 'idempotency-key': randomUUID() } };
  const asked = { ids: [first, second], customer_id: account };
  expect(JSON.stringify(await call('POST', '/v1/records/sandbox/contacts:batch', asked, keyed))).toContain(`${marker} landed`);
  await expect.poll(() => received.join('\n').includes(`${marker} landed`), { timeout: waitMsMax }).toBe(true);
  kept.push(await everythingOfOurs());

  for (const text of kept) {
    expect(text).toContain(connectionId);
    expect(text.split('\n').filter((line) => line.includes(marker))).toEqual([]);
  }
}, 120_000);

/** Every row of our own database, with what is sealed for repetitions of requests opened. */
async function everythingOfOurs(): Promise<string> {
  const { rows } = await syncline.pool.query<{ place: string; answer_sealed: Buffer }>(
    `select application_id || ':' || encode(key_hash, 'hex') as place, answer_sealed from idempotency_key where answer_sealed is not null`,
  );
  const answers = rows.map((row) => vault.open(`idempotency_key.answer_sealed:${row.place}`, row.answer_sealed));
  return [await textOf(syncline.pool), ...answers].join('\n');
}

const vault = createVault({ keys: [{ id: 'test', key: Buffer.alloc(32, 7) }] });
