import { type FencedRow, takeFence } from './checkpoint.ts';
import { logDeletes } from './delete-batch.ts';
import { isKept } from './due.ts';
import { bigintArray, textArray } from './encode.ts';
import { registerWriter } from './feed.ts';
import type { HubHandle } from './handle.ts';
import type { HookedFacts, HookedInput } from './hook-types.ts';
import { type PreparedSlice, prepareSlice } from './prepare-slice.ts';
import { quarantine, release } from './quarantine.ts';
import { type HubTx, writeTransaction } from './transaction.ts';
import type { WriteFacts } from './types.ts';
import { appendVersions, ensureVersions } from './versions.ts';
import type { Place } from './write-records.ts';
import { note, writeLive } from './write-slice.ts';

const dayMs = 24 * 3_600_000;

/**
 * Writes what hooks led to, beside a read of the same sync that may be under way. The checkpoint's row is the lock that both take, so
 * that they follow each other; which of two versions stands is decided by when each was asked for. An open read is told what was
 * met here, so that it does not miss it.
 */
export async function writeHooked(hub: HubHandle, input: HookedInput): Promise<HookedFacts> {
  const prepared = prepareSlice(input.records, input.quarantined);
  const place: Place = { table: input.table, connection: input.connection, syncedAt: hub.clock.now(), observed: input.observed };
  const versions = input.versions && { ...input.versions, table: await ensureVersions(hub, input.table) };
  return writeTransaction(hub, async (tx) => {
    const row = await takeFence(hub, tx, input, place);
    const { late, unsure } = await doubtsOf(hub, tx, place, row, prepared);
    const slice = { ...prepared, deletes: [], live: prepared.live.filter(({ id }) => !late.includes(id) && !unsure.includes(id)) };
    const asSlice = { ...input, generation: row.generation, marksSeen: false, checkpoint: () => null };
    const written = await writeLive(hub, tx, asSlice, place, { ...row, isFresh: false }, slice);
    const setAside = [...slice.quarantined, ...written.refused];
    if (versions) await appendVersions(hub, tx, { ...asSlice, place, versions, live: slice.live, written });
    await note(hub, tx, asSlice, withOwnRead(row, input.syncId), slice, setAside);
    if (setAside.length) await quarantine(hub, tx, { ...place, syncId: input.syncId, at: place.syncedAt }, setAside);
    const gone = await deleteGone(hub, tx, input, place);
    // What does not exist any more waits for nobody's mending.
    if (row.hasQuarantined && input.gone.length && !gone.isGuarded)
      await release(hub, tx, input, textArray(input.gone.map(({ id }) => id)));
    if (input.payloads.length) await tx.query(`delete from ${hub.names.hookPayload} where number = any ($1::int8[])`, [input.payloads]);
    const facts: WriteFacts = {
      inserted: written.inserted,
      updated: written.updated,
      deleted: gone.deleted,
      unchanged: slice.live.length - written.inserted - written.updated - written.refused.length,
      quarantined: setAside.length,
      firstSeq: written.firstSeq ?? gone.firstSeq,
      lastSeq: gone.lastSeq ?? written.lastSeq,
    };
    if (facts.firstSeq !== null) await keepNews(hub, tx, input.syncId, facts);
    return { ...facts, late, unsure, absent: gone.absent, isGuarded: gone.isGuarded };
  });
}

/** The sync's own open read is one more that has to know what was met. */
function withOwnRead(row: FencedRow, sync: string): FencedRow {
  if (!row.isOpen) return row;
  return { ...row, openElsewhere: [...row.openElsewhere, { sync, generation: `${row.generation}` }] };
}

/**
 * What is not written now. Late: new records of a first load under way. Unsure: what nobody asked for may change a record that is
 * there, and nothing else; an older version of one that was deleted since would bring it back.
 */
async function doubtsOf(
  hub: HubHandle,
  tx: HubTx,
  { table, connection }: Place,
  row: FencedRow,
  { live }: PreparedSlice,
): Promise<Pick<HookedFacts, 'late' | 'unsure'>> {
  const isLoading = row.isFresh && row.isOpen;
  const unasked = new Set(live.filter(({ askedSeq }) => askedSeq === 0n).map(({ id }) => id));
  if (live.length === 0 || (!isLoading && unasked.size === 0)) return { late: [], unsure: [] };
  const { rows } = await tx.query<{ id: string; is_known: boolean }>(
    `select u.id, t._syncline_record_id is not null as is_known
     from unnest($2::text[]) as u(id)
     left join ${hub.names.record(table.name)} t on t._syncline_connection = $1::int4 and t._syncline_record_id = u.id
     where t._syncline_record_id is null or t._syncline_deleted_at is not null`,
    [connection.number, textArray(live.map(({ id }) => id))],
  );
  const late = isLoading ? rows.filter((one) => !one.is_known).map(({ id }) => id) : [];
  return { late, unsure: rows.map(({ id }) => id).filter((id) => unasked.has(id) && !late.includes(id)) };
}

const nothingGone = { deleted: 0, firstSeq: null, lastSeq: null, isGuarded: false, absent: [] as string[] };

/** Gone as of the moment when it was asked: what was written since is newer and stays, and so does what a person decided to keep. */
async function deleteGone(hub: HubHandle, tx: HubTx, input: HookedInput, place: Place) {
  if (input.gone.length === 0) return nothingGone;
  const table = hub.names.record(place.table.name);
  const kept = isKept(hub.names, place.table);
  const values = [place.connection.number, textArray(input.gone.map(({ id }) => id)), bigintArray(input.gone.map((one) => one.askedSeq))];
  const standing = await tx.query<{ deletes: number; absent: string[] }>(
    `select count(*) filter (where t._syncline_deleted_at is null and t._syncline_seq <= u.asked and not ${kept})::int4 as deletes,
            coalesce(array_agg(u.id) filter (where t._syncline_record_id is null), '{}') as absent
     from unnest($2::text[], $3::int8[]) as u(id, asked)
     left join ${table} t on t._syncline_connection = $1::int4 and t._syncline_record_id = u.id`,
    values,
  );
  const { deletes, absent } = standing.rows[0]!;
  if (deletes > 0 && !(await isAllowed(hub, tx, input, place, deletes))) return { ...nothingGone, absent, isGuarded: true };
  const marks = input.marksUnknown && absent.length > 0;
  if (deletes === 0 && !marks) return { ...nothingGone, absent };
  await registerWriter(hub, tx);
  const { rows } = await tx.query<{ deleted: number; first: string | null; last: string | null }>(
    `with asked as (
       select * from unnest($2::text[], $3::int8[]) as u(id, asked)
     ), gone as (
       update ${table} t
       set _syncline_deleted_at = $4::timestamptz,
           _syncline_synced_at = $4::timestamptz,
           _syncline_seq = nextval('${hub.names.feedSeq}')
       from asked u
       where t._syncline_connection = $1::int4 and t._syncline_record_id = u.id
         and t._syncline_deleted_at is null and t._syncline_seq <= u.asked and not ${kept}
       returning t._syncline_seq as seq
     ), marked as (
       insert into ${table} (_syncline_connection, _syncline_record_id, _syncline_customer_id, _syncline_hash, _syncline_synced_at,
                             _syncline_deleted_at, raw)
       select $1::int4, u.id, $5::text, '', $4::timestamptz, $4::timestamptz, '{}'
       from asked u
       where $6::bool
         and not exists (select from ${table} t where t._syncline_connection = $1::int4 and t._syncline_record_id = u.id)
       on conflict (_syncline_connection, _syncline_record_id) do nothing
     )
     select count(*)::int4 as deleted, min(seq) as first, max(seq) as last from gone`,
    [...values, place.syncedAt, place.connection.customerId, marks],
  );
  const { deleted, first, last } = rows[0]!;
  if (deleted > 0) await logDeletes(hub, tx, place, deleted);
  const seqs = { firstSeq: first === null ? null : BigInt(first), lastSeq: last === null ? null : BigInt(last) };
  return { deleted, ...seqs, isGuarded: false, absent };
}

async function isAllowed(hub: HubHandle, tx: HubTx, input: HookedInput, place: Place, deletes: number): Promise<boolean> {
  const { rows } = await tx.query<{ deletes: string }>(
    `select coalesce(sum(deletes), 0) as deletes
     from ${hub.names.deleteLog}
     where table_name = $1::text and connection = $2::int4 and deleted_at > $3::timestamptz`,
    [place.table.name, place.connection.number, new Date(place.syncedAt.getTime() - dayMs)],
  );
  const deletedLastDay = Number(rows[0]!.deletes);
  const isFew = deletes + deletedLastDay <= input.countsFromDeletes;
  // Where there are few, no share of the records is looked at, and nobody has to count them.
  const known = isFew ? 0 : await countKnown(hub, tx, place);
  return input.mayDelete({ known, deletes, deletedLastDay });
}

async function countKnown(hub: HubHandle, tx: HubTx, { table, connection }: Place): Promise<number> {
  const { rows } = await tx.query<{ known: string }>(
    `select count(*) as known from ${hub.names.record(table.name)} where _syncline_connection = $1::int4 and _syncline_deleted_at is null`,
    [connection.number],
  );
  return Number(rows[0]!.known);
}

async function keepNews(hub: HubHandle, tx: HubTx, syncId: string, facts: WriteFacts): Promise<void> {
  await tx.query(
    `insert into ${hub.names.hookNews} as n (sync, inserted, updated, deleted, first_seq, last_seq)
     values ($1::text, $2::int8, $3::int8, $4::int8, $5::int8, $6::int8)
     on conflict (sync) do update
     set inserted = n.inserted + excluded.inserted,
         updated = n.updated + excluded.updated,
         deleted = n.deleted + excluded.deleted,
         last_seq = excluded.last_seq`,
    [syncId, facts.inserted, facts.updated, facts.deleted, facts.firstSeq, facts.lastSeq],
  );
}
