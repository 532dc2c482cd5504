import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { disconnectConnection } from '../../src/connect/disconnect-connection.ts';
import { getConnectSession } from '../../src/connect/get-connect-session.ts';
import { createBrowser } from './support/browser.ts';
import { createWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.createProviderConfig();
});
afterAll(() => world.close());

const read = async (connectionId: string) =>
  (await world.openClient(connectionId)).request({ method: 'GET', path: '/crm/v1/contacts' }, { signal: AbortSignal.timeout(5000) });
const rowOf = (id: string) => world.db.prisma.connection.findUniqueOrThrow({ where: { id } });

test('X08 B23 after an ended grant the same account is authorised again: same connection, active, announced as reconnected', async () => {
  const { connectionId } = await world.connect({ account: 'returning' });
  await world.control.endGrants({ account: 'returning' });
  await expect(read(connectionId)).rejects.toMatchObject({ meaning: 'unauthorized' });
  const seen = world.changes.length;
  const again = await world.connect({ account: 'returning', connectionId });
  expect(again.connectionId).toBe(connectionId);
  expect(await rowOf(connectionId)).toMatchObject({ status: 'active', statusReason: null });
  expect(world.changes.slice(seen)).toMatchObject([{ kind: 'reconnected', connectionId }]);
  expect(await world.eventTypes()).toContain('connection.reconnected');
  expect((await read(connectionId)).status).toBe(200);
});

test('X09 another account is refused: the old credentials go on working and nothing is announced', async () => {
  const { connectionId } = await world.connect({ account: 'right-one' });
  const before = await rowOf(connectionId);
  const seen = world.changes.length;
  const browser = createBrowser();
  const { answer, sessionId, url } = await world.connect({ account: 'wrong-one', connectionId, browser });
  expect(answer.status).toBe(409);
  expect(answer.text).toContain('Please sign in to the Sandbox CRM account that was connected before');
  expect(await rowOf(connectionId)).toEqual(before);
  expect(world.changes).toHaveLength(seen);
  expect(await getConnectSession({ ctx: world.ctx, input: { connectSessionId: sessionId } })).toMatchObject({
    status: 'open',
    statusReason: 'account_mismatch',
  });
  expect((await read(connectionId)).status).toBe(200);

  const callback = await world.begin({ url, browser, account: 'right-one' });
  expect((await browser.open(callback)).status).toBe(303);
});

test('X08 connecting the same account anew authorises the connection that is there; another account is another connection', async () => {
  const first = await world.connect({ account: 'same' });
  const second = await world.connect({ account: 'same' });
  const other = await world.connect({ account: 'not-the-same' });
  expect(second.connectionId).toBe(first.connectionId);
  expect(other.connectionId).not.toBe(first.connectionId);
});

test('X08 connecting again does not wait for what is just adding to the connection: the two would lock each other out', async () => {
  const { connectionId } = await world.connect({ account: 'added-to' });
  const adding = await world.db.pool.connect();
  try {
    // As the foreign key of a sync that is being added does.
    await adding.query('begin; set local idle_in_transaction_session_timeout = 0');
    await adding.query('select from connection where id = $1::text for key share', [connectionId]);
    const again = await world.connect({ account: 'added-to', connectionId });
    expect(again).toMatchObject({ connectionId, answer: { status: 303 } });
  } finally {
    adding.release(true);
  }
});

test('X07 X08 a connect that meets a purge which commits behind its first look makes a connection of its own', async () => {
  const { connectionId } = await world.connect({ account: 'purged-meanwhile' });
  const disconnecting = await world.db.pool.connect();
  try {
    await disconnecting.query('begin');
    await disconnecting.query(`update connection set status = 'disabled', purge_requested_at = now() where id = $1`, [connectionId]);
    const connecting = world.connect({ account: 'purged-meanwhile' });
    await sleep(1000);
    await disconnecting.query('commit');
    expect((await connecting).connectionId).not.toBe(connectionId);
  } finally {
    disconnecting.release();
  }
  expect(await rowOf(connectionId)).toMatchObject({ status: 'disabled' });
});

test('two connects of one account at once become one connection', async () => {
  const browsers = [createBrowser(), createBrowser()];
  const sessions = await Promise.all(browsers.map(() => world.createSession()));
  const callbacks = await Promise.all(browsers.map((browser, i) => world.begin({ url: sessions[i]!.url, browser, account: 'racing' })));
  const answers = await Promise.all(browsers.map((browser, i) => browser.open(callbacks[i]!)));
  expect(answers.map(({ status }) => status)).toEqual([303, 303]);
  expect(await world.db.prisma.connection.count({ where: { remoteAccountId: 'racing' } })).toBe(1);
});

test('X08 after a disconnect the same account comes back under its connection; during a purge it does not', async () => {
  const { connectionId } = await world.connect({ account: 'back' });
  await disconnectConnection({ ctx: world.ctx, input: { connectionId } });
  const again = await world.connect({ account: 'back' });
  expect(again.connectionId).toBe(connectionId);
  expect(await rowOf(connectionId)).toMatchObject({ status: 'active', disconnectedAt: null });

  await disconnectConnection({ ctx: world.ctx, input: { connectionId, purge: true, force: true } });
  const anew = await world.connect({ account: 'back' });
  expect(anew.connectionId).not.toBe(connectionId);
  expect(await rowOf(connectionId)).toMatchObject({ status: 'disabled' });
  await expect(world.createSession({ connectionId })).rejects.toMatchObject({ code: 'conflict' });
});

test('another customer’s connection cannot be authorised again', async () => {
  await world.pool.query("insert into customer (application_id, id, created_at, updated_at) values ('app_one', 'other', now(), now())");
  const { connectionId } = await world.connect({ account: 'mine' });
  await expect(world.createSession({ customerId: 'other', connectionId })).rejects.toMatchObject({ code: 'not_found' });
});
