import type { HubHandle } from './handle.ts';
import { type ShownField, shapeOf } from './shape.ts';
import type { HubTx } from './transaction.ts';
import type { HubConnection, HubTable } from './types.ts';

/** Fields of one connection and object that are remembered; a provider that makes them up is not followed further. */
const fieldsMax = 3000;
/** Connections of which this process remembers what is known. */
const rememberedMax = 500;

export interface ShapePlace {
  table: HubTable;
  connection: HubConnection;
  syncId: string;
  /** True while the first full read is under way: what it shows is no news. */
  isFirst: boolean;
  at: Date;
}

/**
 * Looks at some of the records that changed for fields and types that were not there before, and notes them in the transaction that
 * writes the records. Unchanged ones have nothing new. Returns what the process may remember once the transaction has committed.
 */
export async function learnShape(hub: HubHandle, tx: HubTx, place: ShapePlace, changed: readonly { raw: Buffer }[]): Promise<() => void> {
  const shown = shapeOf(changed);
  const key = `${place.table.name}\n${place.connection.number}`;
  // A first read may follow a purge: what this process remembers is older then.
  const known = (place.isFirst ? undefined : hub.shapes.get(key)) ?? (await knownShape(hub, tx, place));
  const fresh = shown.filter((field) => !known.has(keyOf(field))).slice(0, Math.max(0, fieldsMax - known.size));
  if (fresh.length > 0) await noteShape(hub, tx, place, fresh);
  return () => {
    if (hub.shapes.size >= rememberedMax && !hub.shapes.has(key)) hub.shapes.clear();
    hub.shapes.set(key, fresh.length > 0 ? new Set([...known, ...fresh.map(keyOf)]) : known);
  };
}

async function knownShape(hub: HubHandle, tx: HubTx, { table, connection }: ShapePlace): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<ShownField>(
    `select path, type from ${hub.names.shape} where table_name = $1::text and connection = $2::int4`,
    [table.name, connection.number],
  );
  return new Set(rows.map(keyOf));
}

/** Sorted, so that two syncs of one connection do not wait for each other in a circle. */
async function noteShape(hub: HubHandle, tx: HubTx, place: ShapePlace, fields: ShownField[]): Promise<void> {
  const sorted = fields.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  await tx.query(
    `insert into ${hub.names.shape} (table_name, connection, path, type, sync, is_known, found_at)
     select $1::text, $2::int4, u.path, u.type, $3::text, $4::bool, $5::timestamptz
     from unnest($6::text[], $7::text[]) as u(path, type)
     on conflict (table_name, connection, path, type) do nothing`,
    [
      ...[place.table.name, place.connection.number, place.syncId, place.isFirst, place.at],
      ...[sorted.map(({ path }) => path), sorted.map(({ type }) => type)],
    ],
  );
}

function keyOf({ path, type }: ShownField): string {
  return `${path}\n${type}`;
}

/** A field that was not there before, or that shows another type than before. */
export interface ShapeChange {
  /** Changes are numbered as they are found. */
  number: bigint;
  path: string;
  type: string;
  /** Types of the field that were known before; empty: the field is new. */
  before: string[];
}

/** What a sync found since the change with this number. */
export async function listShapeChanges(
  hub: HubHandle,
  { syncId, after, rowsMax }: { syncId: string; after: bigint; rowsMax: number },
): Promise<ShapeChange[]> {
  const { rows } = await hub.pool.query<Omit<ShapeChange, 'number'> & { number: string }>(
    `select f.number,
            f.path,
            f.type,
            array(select b.type
                  from ${hub.names.shape} b
                  where b.table_name = f.table_name and b.connection = f.connection and b.path = f.path and b.number < f.number
                  order by b.number) as before
     from ${hub.names.shape} f
     where f.sync = $1::text and f.number > $2::int8 and not f.is_known
     order by f.number
     limit $3::int4`,
    [syncId, after, rowsMax],
  );
  return rows.map((row) => ({ ...row, number: BigInt(row.number) }));
}
