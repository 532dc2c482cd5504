import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';

/** Somebody who receives hooks and writes them down. */
let receiver: Server;
let url: string;
let received: { headers: Record<string, unknown>; body: string }[] = [];
let sandbox: RunningSandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks/abc`;
});
afterAll(async () => {
  await new Promise((resolve) => receiver.close(resolve));
  await sandbox.close();
});
beforeEach(() => {
  received = [];
});

const hmac = (text: string, encoding: 'hex' | 'base64') => createHmac('sha256', 'whsec').update(text).digest(encoding);

test('our own dialect tells of creations, changes and deletes, with the record when it is asked to', async () => {
  const at = { account: 'own', object: 'contacts' };
  await sandbox.control.setHooks({ ...at, url, secret: 'whsec', withRecord: true, isHeld: true });
  await sandbox.control.update({ ...at, id: 'con_0000000001', fields: { notes: 'told', amount: 1 } });
  await sandbox.control.delete({ ...at, id: 'con_0000000001' });
  const { id } = await sandbox.control.create({ ...at, fields: {} });
  expect(await sandbox.control.sendHooks(at)).toEqual({ statuses: [202], sent: 3, dropped: 0 });
  const [{ headers, body }] = received as [(typeof received)[number]];
  expect(headers['x-sandbox-signature']).toBe(hmac(`${headers['x-sandbox-timestamp']}.${body}`, 'hex'));
  const { notices } = JSON.parse(body);
  expect(notices).toMatchObject([
    { type: 'contacts.updated', account: 'own', id: 'con_0000000001', record: { notes: 'told', is_deleted: false } },
    { type: 'contacts.deleted', id: 'con_0000000001', record: { is_deleted: true } },
    { type: 'contacts.created', id },
  ]);
});

test('HubSpot’s format has the members of its page and signature version 3', async () => {
  const at = { dialect: 'hubspot', account: '62515', object: 'contacts' } as const;
  await sandbox.control.setHooks({ ...at, url, secret: 'whsec', isHeld: true });
  const { records } = await sandbox.control.list(at);
  const id = records[0]!.id;
  await sandbox.control.update({ ...at, id, fields: { firstname: 'X' } });
  await sandbox.control.delete({ ...at, id });
  await sandbox.control.sendHooks(at);
  const [{ headers, body }] = received as [(typeof received)[number]];
  expect(headers['x-hubspot-signature-v3']).toBe(hmac(`POST${url}${body}${headers['x-hubspot-request-timestamp']}`, 'base64'));
  expect(JSON.parse(body)).toMatchObject([
    { subscriptionType: 'contact.propertyChange', objectId: Number(id), portalId: 62515, changeSource: 'CRM_UI', attemptNumber: 0 },
    { subscriptionType: 'contact.deletion', objectId: Number(id), portalId: 62515 },
  ]);
});

test('Stripe’s format is one event a request, with the members of the recorded ones and the account', async () => {
  const at = { dialect: 'stripe', account: 'shop', object: 'customers' } as const;
  await sandbox.control.setHooks({ ...at, url, secret: 'whsec', isHeld: true });
  const { records } = await sandbox.control.list(at);
  await sandbox.control.update({ ...at, id: records[0]!.id, fields: { description: 'changed' } });
  await sandbox.control.delete({ ...at, id: records[0]!.id });
  expect((await sandbox.control.sendHooks(at)).statuses).toEqual([202, 202]);
  const events = received.map(({ body }) => JSON.parse(body));
  expect(events.map((event) => [event.type, event.account, event.data.object.id])).toEqual([
    ['customer.updated', 'acct_shop', records[0]!.id],
    ['customer.deleted', 'acct_shop', records[0]!.id],
  ]);
  const recorded = JSON.parse(readFileSync(path.resolve('test/real/stripe/webhooks/customer.deleted.json'), 'utf8')).data;
  expect(
    Object.keys(events[1])
      .filter((key) => key !== 'account')
      .sort(),
  ).toEqual(Object.keys(recorded).sort());
  const [time, signature] = /^t=(\d+),v1=([0-9a-f]{64})/.exec(String(received[0]!.headers['stripe-signature']))!.slice(1);
  expect(signature).toBe(hmac(`${time}.${received[0]!.body}`, 'hex'));
});

test('notices are dropped, doubled, reversed, sent one by one, old or forged on demand', async () => {
  const at = { account: 'faulty', object: 'contacts' };
  await sandbox.control.setHooks({ ...at, url, secret: 'whsec', dropEvery: 3, isHeld: true });
  for (const id of ['con_0000000001', 'con_0000000002', 'con_0000000003', 'con_0000000004']) await sandbox.control.tellHooks({ ...at, id });
  const sent = await sandbox.control.sendHooks({ ...at, order: 'reversed', times: 2, oneByOne: true, secondsAgo: 60, isForged: true });
  expect(sent).toMatchObject({ sent: 3, dropped: 1 });
  expect(received.map(({ body }) => JSON.parse(body).notices[0].id.at(-1))).toEqual(['4', '2', '1', '4', '2', '1']);
  const { headers, body } = received[0]!;
  expect(Date.now() - Number(headers['x-sandbox-timestamp'])).toBeGreaterThanOrEqual(60_000);
  expect(headers['x-sandbox-signature']).not.toBe(hmac(`${headers['x-sandbox-timestamp']}.${body}`, 'hex'));
});

test('unless they are held, writes are told by themselves, and a write that was loaded is not', async () => {
  const at = { account: 'auto', object: 'contacts' };
  await sandbox.control.setHooks({ ...at, url, secret: 'whsec' });
  await sandbox.control.update({ ...at, count: 3 });
  await expect.poll(() => received.flatMap(({ body }) => JSON.parse(body).notices).length, { timeout: 20_000 }).toBe(3);
  await sandbox.control.setHooks({ ...at, url: null });
  await sandbox.control.update({ ...at, count: 1 });
  await expect(sandbox.control.sendHooks(at)).rejects.toThrow(/sends no hooks/);
  expect(received.flatMap(({ body }) => JSON.parse(body).notices)).toHaveLength(3);
});
