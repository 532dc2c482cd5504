import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiError, type ChangeBatch, createSyncline, ExactNumber, type Syncline } from '../../sdk/src/index.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { buildSdk } from './support/build.ts';

const account = 'acme-crm';
let server: TestSyncline;
let syncline: Syncline;
let connectionId: string;
beforeAll(async () => {
  server = await startSyncline();
  syncline = createSyncline({ baseUrl: `${server.url}/`, apiKey: server.apiKey });
  await server.setUpProvider({ objects: ['contacts'] });
  ({ connectionId } = await server.connectCustomer({ customerId: 'acme', account }));
  const sync = await server.findSync({ connectionId, object: 'contacts' });
  await server.waitForRun({ syncId: sync.id });
});
afterAll(() => server.close());

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function syncNow() {
  const sync = await server.findSync({ connectionId, object: 'contacts' });
  const run = await server.runSync({ syncId: sync.id });
  expect(run.status).toBe('succeeded');
}

describe('the SDK against the running server', () => {
  test('creates, reads, lists and deletes, with types and typed errors', async () => {
    expect(await syncline.customers.upsert('über & co/1', { name: 'Über' })).toMatchObject({ id: 'über & co/1', name: 'Über' });
    expect((await syncline.customers.get('über & co/1')).name).toBe('Über');
    expect((await allOf(syncline.customers.list({ page_size: 1 }))).map(({ id }) => id).sort()).toEqual(['acme', 'über & co/1']);
    await syncline.customers.delete('über & co/1');
    const error = await syncline.customers.get('über & co/1').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 404, code: 'not_found', requestId: expect.stringMatching(/^req_/) });
    const guarded = (await syncline.customers.delete('acme').catch((caught: unknown) => caught)) as ApiError;
    expect(guarded).toMatchObject({ code: 'force_required', problem: { connections: 1 } });
  });

  test('every group reads', async () => {
    const { id } = await syncline.applications.get();
    expect(id).toBe(server.applicationId);
    const lists = await Promise.all([
      syncline.apiKeys.list(),
      syncline.providers.list(),
      syncline.providerConfigs.list(),
      syncline.connections.list({ customer_id: 'acme' }),
      syncline.destinations.list(),
      syncline.syncConfigs.list(),
      syncline.syncs.list(),
      syncline.runs.list(),
      syncline.events.list({ types: 'run.completed' }),
      syncline.audit.list(),
    ]);
    for (const page of lists) expect(page.data.length).toBeGreaterThan(0);
    const [sync] = (await syncline.syncs.list()).data;
    expect((await syncline.syncs.getCheckpoint(sync!.id)).has_full).toBe(true);
    expect((await syncline.syncs.pause(sync!.id)).status).toBe('paused');
    expect((await syncline.syncs.resume(sync!.id)).status).toBe('active');
  });

  test('gets records by their ids, with every digit, and only the parts that are asked for', async () => {
    const { data } = await syncline.records.list('sandbox', 'contacts', { page_size: 2 });
    const ids = data.map(({ record_id }) => record_id).reverse();
    expect(await syncline.records.get('sandbox', 'contacts', ids[1]!, { customer_id: 'acme' })).toEqual(data[0]);
    const many = await syncline.records.getMany('sandbox', 'contacts', { ids: [...ids, 'nothing'], customer_id: 'acme', fields: ['id'] });
    expect(many).toMatchObject({ missing_ids: ['nothing'], has_more: false });
    expect(many.data.map(({ record_id }) => record_id)).toEqual(ids);
    expect(many.data.map(({ record }) => Object.keys(record))).toEqual([['id'], ['id']]);
    const missing = await syncline.records.get('sandbox', 'contacts', 'no/such?record').catch((caught: unknown) => caught);
    expect(missing).toMatchObject({ status: 404, code: 'not_found' });
  });

  test('lists all records over pages', async () => {
    const records = await allOf(syncline.records.list('sandbox', 'contacts', { customer_id: 'acme', page_size: 50 }));
    expect(records).toHaveLength(120);
    expect(new Set(records.map(({ record_id }) => record_id)).size).toBe(120);
  });

  test('follows the change feed from where it stood, deletes included', async () => {
    const batches = await allOf(syncline.records.changes('sandbox', 'contacts', { page_size: 50 }));
    expect(batches.map(({ changes }) => changes.length).reduce((a, b) => a + b)).toBe(120);
    const { cursor } = batches.at(-1)!;
    expect(await allOf(syncline.records.changes('sandbox', 'contacts', { cursor }))).toEqual([]);

    const [first, second] = batches[0]!.changes;
    await server.control.update({ account, object: 'contacts', ids: [first!.record_id], fields: { title: 'Changed' } });
    await server.control.delete({ account, object: 'contacts', ids: [second!.record_id] });
    await syncNow();
    const after = (await allOf(syncline.records.changes('sandbox', 'contacts', { cursor }))).flatMap(({ changes }) => changes);
    expect(after.map(({ record_id }) => record_id).sort()).toEqual([first!.record_id, second!.record_id].sort());
    expect(after.find(({ record_id }) => record_id === second!.record_id)!.deleted_at).not.toBeNull();
    expect(after.find(({ record_id }) => record_id === first!.record_id)!.record).toMatchObject({ title: 'Changed' });
  });

  test('waits for changes until it is told to stop', async () => {
    const abort = new AbortController();
    const begin = (await allOf(syncline.records.changes('sandbox', 'contacts'))).at(-1)!.cursor;
    const options = { cursor: begin, followEverySeconds: 0.05, signal: abort.signal };
    const seen: ChangeBatch[] = [];
    const following = (async () => {
      for await (const batch of syncline.records.changes('sandbox', 'contacts', options)) {
        seen.push(batch);
        abort.abort();
      }
    })();
    await server.control.create({ account, object: 'contacts' });
    await syncNow();
    await following;
    expect(seen.flatMap(({ changes }) => changes)).toHaveLength(1);
  });

  test('numbers that JavaScript would round keep their digits', async () => {
    const { data } = await syncline.records.list('sandbox', 'contacts', { page_size: 1 });
    const exact = JSON.stringify(data[0]!.record);
    const response = await fetch(`${server.url}/v1/records/sandbox/contacts?page_size=1`, {
      headers: { authorization: `Bearer ${server.apiKey}` },
    });
    const raw = await response.text();
    const numbers = [...raw.matchAll(/[:[,]\s*(-?\d[\d.]{16,})/g)].map(([, number]) => number!);
    expect(numbers.length).toBeGreaterThan(0);
    for (const number of numbers) expect(exact).toContain(number);
    expect(JSON.stringify(data)).not.toBe(JSON.stringify(JSON.parse(raw).data));
    expect(findExact(data[0]!.record)).toBeInstanceOf(ExactNumber);
  });

  test('a customer token reads its own customer only', async () => {
    await syncline.customers.upsert('other');
    const tokenOf = async (customer_id: string) => (await syncline.customerTokens.create({ customer_id })).token;
    const acme = createSyncline({ baseUrl: server.url, customerToken: () => tokenOf('acme') });
    const other = createSyncline({ baseUrl: server.url, customerToken: await tokenOf('other') });
    expect((await acme.records.list('sandbox', 'contacts', { page_size: 1 })).data).toHaveLength(1);
    expect((await other.records.list('sandbox', 'contacts')).data).toEqual([]);
    await expect(acme.customers.list()).rejects.toMatchObject({ code: 'scope_missing' });
    await expect(other.records.list('sandbox', 'contacts', { customer_id: 'acme' })).rejects.toMatchObject({ status: 403 });
  });

  test('the published build runs as plain JavaScript', async () => {
    const built = await buildSdk();
    const script = `
      const { createSyncline } = await import(process.argv[1]);
      const syncline = createSyncline({ baseUrl: process.env.API_URL, apiKey: process.env.API_KEY });
      let count = 0;
      for await (const batch of syncline.records.changes('sandbox', 'contacts')) count += batch.changes.length;
      console.log(count > 100);`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--no-strip-types', '--input-type=module', '-e', script, `${built.folder}/dist/index.js`],
      {
        env: { ...process.env, API_URL: server.url, API_KEY: server.apiKey },
      },
    );
    await built.remove();
    expect(stdout.trim()).toBe('true');
  });
});

function findExact(value: unknown): unknown {
  if (value instanceof ExactNumber) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.values(value)
    .map(findExact)
    .find((found) => found !== undefined);
}
