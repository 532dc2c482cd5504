import type { HubHandle } from './handle.ts';
import { findTable } from './tables.ts';
import type { HubConnection } from './types.ts';

/** The first live record behind `after`, in the order of ids; by the primary key. null: there is none. */
export async function nextRecordId(
  hub: HubHandle,
  { provider, object, connection, after }: { provider: string; object: string; connection: HubConnection; after: string },
): Promise<string | null> {
  const table = await findTable(hub, provider, object);
  if (!table) return null;
  const { rows } = await hub.pool.query<{ id: string }>(
    `select _syncline_record_id as id
     from ${hub.names.record(table.name)}
     where _syncline_connection = $1::int4 and _syncline_record_id > $2::text and _syncline_deleted_at is null
     order by _syncline_record_id
     limit 1`,
    [connection.number, after],
  );
  return rows[0]?.id ?? null;
}
