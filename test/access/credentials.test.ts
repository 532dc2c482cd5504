import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { logIn } from '../hostile/support/sql-roles.ts';
import type { Loose } from '../support/client.ts';
import { destinationOf } from '../support/own-destination.ts';
import { hasPostgres15, type OldServer, startPostgres15 } from '../support/postgres15.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
  await syncline.setUpProvider({ objects: ['contacts'] });
  for (const customerId of ['acme', 'globex']) await land(customerId);
});
afterAll(() => syncline.close());

async function land(customerId: string) {
  await syncline.control.setSize({ account: customerId, object: 'contacts', size: 30 });
  const { connectionId } = await syncline.connectCustomer({ customerId });
  const { id } = await syncline.findSync({ connectionId, object: 'contacts' });
  await syncline.waitForRun({ syncId: id });
}

const issue = (body: Loose = {}) => syncline.call('POST', '/v1/sql-credentials', { name: 'Dashboards', ...body });
const urlOf = ({ host, port, database }: Loose) => `postgresql://nobody@${host}:${port}/${database}`;
const enter = (credential: Loose) => logIn(urlOf(credential), { role: credential.user, password: credential.password });

test('a credential opens its customer’s tables by the address and the password that were shown once', async () => {
  const credential = await issue({ customer_id: 'acme', connections_max: 2 });
  expect(credential).toMatchObject({
    customer_id: 'acme',
    connections_max: 2,
    rotated_at: null,
    user: expect.stringMatching(/^syn_r_[a-z2-7]{20}$/),
  });
  const session = await enter(credential);
  expect(
    await session.query(`select distinct _syncline_customer_id as customer, count(*)::int4 as n from sandbox_contacts group by 1`),
  ).toEqual([{ customer: 'acme', n: 30 }]);
  const second = await enter(credential);
  await expect(enter(credential)).rejects.toMatchObject({ code: '53300' });
  for (const one of [session, second]) await one.end();
  const [listed] = await syncline.list('/v1/sql-credentials?customer_id=acme');
  const { password, ...shown } = credential;
  expect(listed).toEqual(shown);
  for (const list of ['sql-credentials', 'audit', 'events'])
    expect((await syncline.request('GET', `/v1/${list}`)).text).not.toContain(password);
  const everybody = await enter(await issue());
  expect(await everybody.query('select count(*)::int4 as n from sandbox_contacts')).toEqual([{ n: 60 }]);
  await everybody.end();
});

test('a request that is repeated does not show the password again, and makes no second role', async () => {
  const before = (await syncline.list('/v1/sql-credentials')).length;
  const headers = { 'idempotency-key': randomUUID() };
  const first = await syncline.request('POST', '/v1/sql-credentials', { name: 'Once' }, { headers });
  expect(first.status).toBe(201);
  const again = await syncline.request('POST', '/v1/sql-credentials', { name: 'Once' }, { headers });
  expect([again.status, again.body.code]).toEqual([409, 'answer_lost']);
  expect(await syncline.list('/v1/sql-credentials')).toHaveLength(before + 1);
});

test('rotating ends the password before, and the sessions that came in by it', async () => {
  const credential = await issue({ customer_id: 'acme' });
  const session = await enter(credential);
  const rotated = await syncline.call('POST', `/v1/sql-credentials/${credential.id}:rotate`);
  expect(rotated).toMatchObject({ id: credential.id, user: credential.user, rotated_at: expect.any(String) });
  await expect(session.query('select 1')).rejects.toThrow();
  await session.end().catch(() => undefined);
  await expect(enter(credential)).rejects.toMatchObject({ code: '28P01' });
  const renewed = await enter(rotated);
  expect(await renewed.query('select count(*)::int4 as n from sandbox_contacts')).toEqual([{ n: 30 }]);
  await renewed.end();
});

test('revoking ends a credential, and so does deleting its customer', async () => {
  await land('initech');
  const [byHand, byCustomer] = [await issue({ customer_id: 'globex' }), await issue({ customer_id: 'initech' })];
  await syncline.call('DELETE', `/v1/sql-credentials/${byHand.id}`);
  expect((await syncline.request('DELETE', `/v1/sql-credentials/${byHand.id}`)).status).toBe(404);
  expect((await syncline.request('POST', `/v1/sql-credentials/${byHand.id}:rotate`)).status).toBe(404);
  await syncline.call('DELETE', '/v1/customers/initech?force=true');
  for (const credential of [byHand, byCustomer]) await expect(enter(credential)).rejects.toMatchObject({ code: '28P01' });
  expect((await syncline.list('/v1/sql-credentials')).map(({ id }) => id)).not.toContain(byCustomer.id);
});

test('what a role notifies ends no worker', async () => {
  const session = await enter(await issue({ customer_id: 'acme' }));
  await session.query(`notify "worker:migrate", '{"breaking":true,"migrationNumber":999}'`);
  await session.query(`notify "jobs:insert", 'nonsense'`);
  await session.end();
  const [sync] = await syncline.list('/v1/syncs?customer_id=acme');
  for (let run = 0; run < 3; run++) expect(await syncline.runSync({ syncId: sync.id })).toMatchObject({ status: 'succeeded' });
  expect(process.exitCode).toBeUndefined();
});

test('a customer or a destination that does not exist is refused, and nothing is left of it', async () => {
  const before = (await syncline.pool.query(`select count(*)::int4 as n from pg_roles where rolname like 'syn_r_%'`)).rows;
  for (const body of [{ customer_id: 'nobody' }, { destination_id: 'dst_unknown' }])
    expect((await syncline.request('POST', '/v1/sql-credentials', { name: 'x', ...body })).status).toBe(404);
  expect((await syncline.pool.query(`select count(*)::int4 as n from pg_roles where rolname like 'syn_r_%'`)).rows).toEqual(before);
});

describe.runIf(hasPostgres15)('in a vendor’s own Postgres 15', () => {
  let server: OldServer;
  beforeAll(async () => {
    server = await startPostgres15({ password: 'own-password' });
  }, 120_000);
  afterAll(() => server?.stop());

  test('credentials are issued, rotated and revoked there by the same calls', async () => {
    const vendor = await syncline.createApplication();
    const destination = await vendor.call('POST', '/v1/destinations', destinationOf(server.url, { name: 'own' }));
    await vendor.setUpProvider({ objects: ['contacts'], destination_id: destination.id });
    await syncline.control.setSize({ account: 'own-acme', object: 'contacts', size: 12 });
    const { connectionId } = await vendor.connectCustomer({ customerId: 'own-acme' });
    await vendor.waitForRun({ syncId: (await vendor.findSync({ connectionId, object: 'contacts' })).id });
    const wanted = { name: 'Own', destination_id: destination.id, customer_id: 'own-acme' };
    const credential = await vendor.call('POST', '/v1/sql-credentials', wanted);
    const { hostname, port } = new URL(server.url);
    expect(credential).toMatchObject({ host: hostname, port: Number(port), database: 'postgres', schema: destination.schema });
    const session = await enter(credential);
    expect(await session.query('select count(*)::int4 as n from sandbox_contacts')).toEqual([{ n: 12 }]);
    expect(await session.query('select object, status from _syncline_runs')).toEqual([{ object: 'contacts', status: 'succeeded' }]);
    const rotated = await vendor.call('POST', `/v1/sql-credentials/${credential.id}:rotate`);
    await session.end().catch(() => undefined);
    await expect(enter(credential)).rejects.toMatchObject({ code: '28P01' });
    await (await enter(rotated)).end();
    await vendor.call('DELETE', `/v1/sql-credentials/${credential.id}`);
    await expect(enter(rotated)).rejects.toMatchObject({ code: '28P01' });
  });
});
