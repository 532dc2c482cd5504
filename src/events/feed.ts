import type { Db, Tx } from '../db/index.ts';

/**
 * Events are read in the order of a plain sequence, which is not the order of commits: a reader that went past an event
 * still in flight would never see it. So a transaction registers before it draws a number (a shared advisory lock whose
 * key carries the last number drawn so far), and readers stop at the lowest registration. Strangers' open transactions
 * hold nothing back. Hubs use positive tags of the same key space; this one is negative.
 */
const tag = -(1n << 48n);

/** Called by `emit` before every insert. Everything that this transaction draws lies above what it registered. */
export async function registerEventWriter(tx: Tx): Promise<void> {
  await tx.$executeRaw`
    select pg_advisory_xact_lock_shared(${tag}::int8 + coalesce(pg_sequence_last_value('event_seq_seq'::regclass), 0))`;
}

/** The last position up to which nothing can still appear. The page must be read in a later statement than this. */
export async function eventHorizon(db: Db): Promise<bigint> {
  // Two statements, in this order: a number drawn between them is above `last`, a registration gone between them has committed.
  const { rows: drawn } = await db.pool.query<{ last: string }>(
    "select coalesce(pg_sequence_last_value('event_seq_seq'::regclass), 0)::text as last",
  );
  const last = BigInt(drawn[0]!.last);
  const { rows: held } = await db.pool.query<{ lowest: string | null }>({
    text: `
      select min(((classid::int8 << 32) | objid::int8) - $1::int8)::text as lowest
      from pg_locks
      where locktype = 'advisory'
      and objsubid = 1
      and database = (select oid from pg_database where datname = current_database())
      and ((classid::int8 << 32) | objid::int8) between $1::int8 and $1::int8 + (1::int8 << 48) - 1`,
    values: [tag.toString()],
  });
  const lowest = held[0]!.lowest;
  return lowest === null || BigInt(lowest) > last ? last : BigInt(lowest);
}
