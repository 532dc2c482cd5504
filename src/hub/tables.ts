import type pg from 'pg';
import { AppError } from '../base/errors.ts';
import type { HubHandle } from './handle.ts';
import { recordTable } from './layout.ts';
import { tableCreated } from './table-created.ts';
import { newestLayout } from './table-layout/steps.ts';
import { tableNames } from './table-name.ts';
import { type HubTx, writeTransaction } from './transaction.ts';
import type { HubTable } from './types.ts';

export async function ensureTable(hub: HubHandle, provider: string, object: string): Promise<HubTable> {
  const found = await findTable(hub, provider, object);
  if (found) return found;
  const table = await writeTransaction(hub, (tx) => createTable(hub, tx, provider, object));
  return remember(hub, table);
}

/** The registry remembers where the records come from: when a parent is deleted, what was inside it goes too. */
export async function ensureUnfolded(hub: HubHandle, parent: HubTable, object: string): Promise<HubTable> {
  const table = await ensureTable(hub, parent.provider, object);
  await hub.pool.query(
    `update ${hub.names.table} set unfolded_from = $2::text where name = $1::text and unfolded_from is distinct from $2::text`,
    [table.name, parent.name],
  );
  return table;
}

export async function findTable(
  hub: HubHandle,
  provider: string,
  object: string,
  client: pg.Pool | pg.PoolClient = hub.pool,
): Promise<HubTable | null> {
  return (await findTables(hub, [{ provider, object }], client))[0]!;
}

/** The table of each place, or null. All that are not known are asked for at once: a place without a table is asked for every time. */
export async function findTables(
  hub: HubHandle,
  places: readonly Pick<HubTable, 'provider' | 'object'>[],
  client: pg.Pool | pg.PoolClient,
): Promise<(HubTable | null)[]> {
  const unknown = places.filter(({ provider, object }) => !hub.tables.has(keyOf(provider, object)));
  if (unknown.length > 0) {
    const { rows } = await client.query<HubTable>(
      `select provider, object, name
       from ${hub.names.table}
       where (provider, object) in (select w.provider, w.object from unnest($1::text[], $2::text[]) w(provider, object))`,
      [unknown.map(({ provider }) => provider), unknown.map(({ object }) => object)],
    );
    for (const table of rows) remember(hub, table);
  }
  return places.map(({ provider, object }) => hub.tables.get(keyOf(provider, object)) ?? null);
}

export async function listTables(hub: HubHandle): Promise<HubTable[]> {
  const { rows } = await hub.pool.query<HubTable>(`select provider, object, name from ${hub.names.table} order by provider, object`);
  return rows;
}

/** The hub's row is the lock: tables of one hub are created one at a time. */
async function createTable(hub: HubHandle, tx: HubTx, provider: string, object: string): Promise<HubTable> {
  await tx.query(`select from ${hub.names.hub} for update`);
  const { rows } = await tx.query<{ name: string }>(`select name from ${hub.names.table} where provider = $1::text and object = $2::text`, [
    provider,
    object,
  ]);
  if (rows[0]) return { provider, object, name: rows[0].name };
  const name = await freeName(hub, tx, tableNames(provider, object));
  await tx.query(recordTable(hub.names, name, await hasLz4(tx)));
  await tx.query(
    `insert into ${hub.names.table} (provider, object, name, layout)
     values ($1::text, $2::text, $3::text, $4::int4)`,
    [provider, object, name, newestLayout('records')],
  );
  const table = { provider, object, name };
  await tableCreated(hub, tx, table);
  return table;
}

export async function freeName(hub: HubHandle, tx: HubTx, names: string[]): Promise<string> {
  const { rows } = await tx.query<{ name: string }>(
    `select name
     from unnest($1::text[]) with ordinality as u(name, ord)
     where not exists (select from pg_class c where c.relnamespace = $2::text::regnamespace and c.relname = u.name)
     order by ord
     limit 1`,
    [names, hub.names.schema],
  );
  if (rows[0]) return rows[0].name;
  throw new AppError('conflict', `The hub's schema already has tables named ${names.join(' and ')}. Rename them.`);
}

export async function hasLz4(tx: HubTx): Promise<boolean> {
  const { rows } = await tx.query<{ has: boolean }>(
    "select coalesce('lz4' = any(enumvals), false) as has from pg_settings where name = 'default_toast_compression'",
  );
  return rows[0]?.has ?? false;
}

function remember(hub: HubHandle, table: HubTable): HubTable {
  hub.tables.set(keyOf(table.provider, table.object), table);
  return table;
}

function keyOf(provider: string, object: string): string {
  return `${provider}\u0000${object}`;
}
