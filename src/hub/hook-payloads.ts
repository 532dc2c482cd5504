import { textArray } from './encode.ts';
import type { HubHandle } from './handle.ts';
import type { HookNews, HookPayload } from './hook-types.ts';
import type { HubConnection, HubTable } from './types.ts';

/** Payloads of one turn, the newest: what came before them is older, and goes with its age. */
const payloadRowsMax = 5_000;
const payloadHoursMax = 24;
const dropRowsMax = 10_000;

export async function keepHookPayloads(
  hub: HubHandle,
  input: { syncId: string; connection: HubConnection; payloads: { recordId: string; raw: string }[] },
): Promise<void> {
  await hub.pool.query(
    `insert into ${hub.names.hookPayload} (sync, connection, record_id, raw, received_at)
     select $1::text, $2::int4, u.record_id, u.raw, $3::timestamptz
     from unnest($4::text[], $5::text[]) as u(record_id, raw)`,
    [
      input.syncId,
      input.connection.number,
      hub.clock.now(),
      input.payloads.map(({ recordId }) => recordId),
      input.payloads.map(({ raw }) => raw),
    ],
  );
}

export async function readHookPayloads(hub: HubHandle, input: { syncId: string; recordIds: string[] }): Promise<HookPayload[]> {
  const { rows } = await hub.pool.query<HookPayload>(
    `select number::text, record_id as "recordId", raw
     from (
       select number, record_id, raw
       from ${hub.names.hookPayload}
       where sync = $1::text and record_id = any ($2::text[])
       order by number desc
       limit $3::int4
     ) newest
     order by newest.number`,
    [input.syncId, input.recordIds, payloadRowsMax],
  );
  return rows;
}

export async function readHookNews(hub: HubHandle, syncId: string): Promise<HookNews | null> {
  const { rows } = await hub.pool.query<Record<'inserted' | 'updated' | 'deleted' | 'first_seq' | 'last_seq', string>>(
    `select inserted, updated, deleted, first_seq, last_seq from ${hub.names.hookNews} where sync = $1::text`,
    [syncId],
  );
  const row = rows[0];
  if (!row) return null;
  return {
    inserted: Number(row.inserted),
    updated: Number(row.updated),
    deleted: Number(row.deleted),
    firstSeq: BigInt(row.first_seq),
    lastSeq: BigInt(row.last_seq),
  };
}

/** What was written meanwhile stays: its news are announced the next time. */
export async function dropHookNews(hub: HubHandle, { syncId, lastSeq }: { syncId: string; lastSeq: bigint }): Promise<void> {
  await hub.pool.query(`delete from ${hub.names.hookNews} where sync = $1::text and last_seq = $2::int8`, [syncId, lastSeq]);
}

/** The sync does not run any more: what it was told is of no use to anybody. */
export async function dropHookPayloads(hub: HubHandle, syncId: string): Promise<void> {
  await hub.pool.query(`delete from ${hub.names.hookPayload} where sync = $1::text`, [syncId]);
}

/**
 * Those of some records that are new to a connection whose first load is under way. They wait until it has ended, and nobody asks the
 * provider about them before: the load needs the requests itself.
 */
export async function findLate(
  hub: HubHandle,
  input: { syncId: string; table: HubTable; connection: HubConnection; recordIds: string[] },
): Promise<string[]> {
  const { rows } = await hub.pool.query<{ id: string }>(
    `select u.id
     from ${hub.names.checkpoint} c
     cross join unnest($3::text[]) as u(id)
     left join ${hub.names.record(input.table.name)} t on t._syncline_connection = $2::int4 and t._syncline_record_id = u.id
     where c.sync = $1::text and c.is_fresh and c.is_open and t._syncline_record_id is null`,
    [input.syncId, input.connection.number, textArray(input.recordIds)],
  );
  return rows.map(({ id }) => id);
}

export async function dropOldHookPayloads(hub: HubHandle): Promise<void> {
  const before = new Date(hub.clock.now().getTime() - payloadHoursMax * 3_600_000);
  await hub.pool.query(
    `delete from ${hub.names.hookPayload}
     where number = any (array(
       select number from ${hub.names.hookPayload} where received_at < $1::timestamptz order by received_at limit $2::int4
     ))`,
    [before, dropRowsMax],
  );
}
