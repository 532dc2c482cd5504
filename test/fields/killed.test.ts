import { afterAll, beforeAll, expect, test } from 'vitest';
import { hubSchemaName } from '../../src/hub/schema-name.ts';
import { beginTestRead, idOf, many, openTestHub, write } from '../hub/support.ts';
import { startProcesses } from '../support/syncline.ts';

let syncline: Awaited<ReturnType<typeof startProcesses>>;
beforeAll(async () => {
  syncline = await startProcesses({ workers: 1 });
}, 180_000);
afterAll(() => syncline.close());

const records = 3000;
/** A worker that nobody has heard of for a minute is taken for dead. */
const laterMs = 90_000;

test('S16 a worker that is killed while it fills a field is followed by another, which goes on where it was', async () => {
  const schema = hubSchemaName(syncline.applicationId);
  const on = await openTestHub(syncline.databaseUrl, { schema, poolMax: 3 });
  const table = await on.hub.ensureTable('sandbox', 'contacts');
  const read = { ...(await beginTestRead(on.hub)), table };
  const bulk = Array.from({ length: 200 }, () => Math.random().toString(36)).join('');
  await write(
    on.hub,
    read,
    many(records, (n) => ({ day: `2026-01-0${1 + (n % 9)}`, bulk: bulk.slice(n % 100) })),
  );

  // Nobody comes past a record near the end for as long as we hold its gate. A lock on the record itself would keep the column out.
  await on.sql(`
    create function gate() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock_shared(4711); return new; end $$;
    create trigger gate before update on ${table.name} for each row when (old._syncline_record_id = '${idOf(records - 10)}')
      execute function ${schema}.gate()`);
  const holder = await on.pool.connect();
  await holder.query('select pg_advisory_lock(4711)');
  const wanted = { provider: 'sandbox', object: 'contacts', name: 'day', path: 'day', type: 'date', is_indexed: true };
  const { id } = await syncline.call('POST', '/v1/fields', wanted);
  const position = async () =>
    (await on.sql<{ at: string | null }>('select filled_record_id as at from _syncline_field where id = $1::text', [id]))[0]?.at ?? null;
  await expect.poll(position, { timeout: 30_000 }).not.toBeNull();
  await syncline.workers[0]!.kill();
  const reached = (await position())!;
  expect(reached < idOf(records - 10)).toBe(true);
  await holder.query('select pg_advisory_unlock(4711)');
  holder.release();

  await syncline.startWorkerProcess();
  await syncline.setClock(laterMs);
  const status = async () => (await syncline.call('GET', `/v1/fields/${id}`)).status;
  await expect.poll(status, { timeout: 60_000, interval: 200 }).toBe('ready');
  expect(await on.sql(`select count(*)::int as count from ${table.name}_live where day::text = raw ->> 'day'`)).toEqual([
    { count: records },
  ]);
  expect(await on.sql(`select indisvalid from pg_index where indexrelid = '${schema}._syncline_${id}'::regclass`)).toEqual([
    { indisvalid: true },
  ]);
  await on.close();
});
