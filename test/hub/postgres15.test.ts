import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasPostgres15, type OldServer, startPostgres15 } from '../support/postgres15.ts';
import { beginTestRead, end, ended, type HubUnderTest, idOf, list, listAll, many, openTestHub, record, write } from './support.ts';

describe.runIf(hasPostgres15)('on the oldest Postgres that is supported', () => {
  let server: OldServer;
  let on: HubUnderTest;
  beforeAll(async () => {
    server = await startPostgres15();
    on = await openTestHub(server.url);
  });
  afterAll(async () => {
    await on.close();
    await server.stop();
  });

  test('a hub on Postgres 15 loads, re-syncs, sweeps, lists, purges and drops as it does on the newest', async () => {
    const [{ version }] = (await on.sql<{ version: string }>('show server_version')).map((row) => ({
      version: Object.values(row)[0]!,
    })) as [{ version: string }];
    expect(version).toMatch(/^15\./);
    const { hub } = on;
    const read = await beginTestRead(hub);
    expect(await write(hub, read, [...many(2000), record('refused', '{"n":1e400000}')])).toMatchObject({ inserted: 2000, quarantined: 1 });
    await end(hub, read);
    const { cursor } = await listAll(hub, { pageSize: 700 });

    const next = await beginTestRead(hub, { fence: 2n });
    const askedSeq = await hub.lastDrawnSeq();
    const changed = many(1990, (n) => (n === 7 ? { n: 'changed' } : { n })).map((one) => ({ ...one, askedSeq }));
    expect(await write(hub, next, changed)).toMatchObject({ updated: 1, unchanged: 1989 });
    expect(await hub.countDeletes({ ...ended(next), sampleMax: 3 })).toMatchObject({ known: 2000, deletes: 10 });
    expect(await end(hub, next, 'complete', { rowsMax: 6 })).toMatchObject({ deleted: 6, remaining: true });
    expect(await end(hub, next, 'complete', { rowsMax: 6 })).toMatchObject({ deleted: 4, remaining: false });
    const changes = await listAll(hub, { pageSize: 700, cursor });
    expect(changes.data.map((row) => row.record_id)).toEqual([7, ...Array.from({ length: 10 }, (_, i) => 1990 + i)].map(idOf));

    expect(await hub.purgeBatch({ connectionId: 'conn_1', rowsMax: 5000 })).toEqual({ purged: 2000, remaining: false });
    on.clock.set(new Date(Date.now() + 31 * 24 * 3_600_000));
    expect(await hub.dropTombstones({ rowsMax: 5000 })).toEqual({ dropped: 2000, remaining: false });
    await expect(list(hub, { cursor })).rejects.toMatchObject({ code: 'cursor_expired' });
  });
});
