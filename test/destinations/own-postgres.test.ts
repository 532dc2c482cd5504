import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Loose } from '../support/client.ts';
import { createDestination } from '../support/own-destination.ts';
import { hasPostgres15, type OldServer, startPostgres15 } from '../support/postgres15.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

describe.runIf(hasPostgres15)("a vendor's own Postgres 15", () => {
  let syncline: TestSyncline;
  let server: OldServer;
  let own: pg.Pool;
  beforeAll(async () => {
    [syncline, server] = await Promise.all([startSyncline(), startPostgres15()]);
    own = new pg.Pool({ connectionString: server.url, max: 2 });
  });
  afterAll(async () => {
    await own?.end();
    await syncline?.close();
    await server?.stop();
  });

  test('S07 the first run into an empty database makes the tables, with owner, ids, raw record, times and primary key', async () => {
    const { call, control } = syncline;
    await control.setSize({ dialect: 'sandbox', account: 'acme', object: 'contacts', size: 25 });
    const destination = await createDestination(syncline, server.url);
    expect((await own.query('select from pg_namespace where nspname = $1', [destination.schema])).rowCount).toBe(0);
    await syncline.setUpProvider({ objects: ['contacts'], destination_id: destination.id });
    const { connectionId } = await syncline.connectCustomer({ customerId: 'acme' });
    const sync = await syncline.findSync({ connectionId, object: 'contacts' });
    expect(await syncline.waitForRun({ syncId: sync.id })).toMatchObject({ status: 'succeeded', inserted: 25 });
    const { rows } = await own.query(
      `select _syncline_customer_id as customer, c.connection_id as connection, _syncline_record_id as id, raw, _syncline_deleted_at as deleted,
              _syncline_modified_at as modified, _syncline_synced_at as synced
       from ${destination.schema}.sandbox_contacts
       join ${destination.schema}._syncline_connection c on c.number = _syncline_connection
       order by _syncline_record_id`,
    );
    const listed = (await call('GET', '/v1/records/sandbox/contacts?customer_id=acme&page_size=100')).data;
    expect(rows.map((row) => ({ ...row, modified: row.modified.toISOString(), synced: row.synced.toISOString() }))).toEqual(
      listed.map((entry: Loose) => ({
        ...{ customer: 'acme', connection: connectionId, id: entry.record_id, raw: entry.record, deleted: null },
        ...{ modified: entry.modified_at, synced: entry.synced_at },
      })),
    );
    expect(rows).toHaveLength(25);
    const { rows: keys } = await own.query(
      `select array_agg(a.attname::text order by a.attnum) as columns
       from pg_index i
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
       where i.indisprimary and i.indrelid = $1::regclass`,
      [`${destination.schema}.sandbox_contacts`],
    );
    expect(keys[0].columns).toEqual(['_syncline_connection', '_syncline_record_id']);
    const { rows: registry } = await own.query(`select provider, object, name from ${destination.schema}._syncline_table`);
    expect(registry).toEqual([{ provider: 'sandbox', object: 'contacts', name: 'sandbox_contacts' }]);
  });
});
