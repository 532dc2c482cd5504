import type { Db } from '../db/index.ts';

/** Events that get their numbers in one transaction. */
export const stampBatchMax = 1_000;
/** A caller that waits for its own events gives others' backlog this many batches; what is left is numbered by a worker. */
const batchesMax = 1_000;
/** Two stampers at once would give numbers in an order in which they do not become visible. Hubs use positive keys. */
const lockKey = -(1n << 48n);
const lockWaitMsMax = 10_000;

/**
 * Gives events their place in the application's log: 1, 2, 3, … without holes, in the order in which they became visible. A number that
 * were drawn inside the writer's transaction would let a follower go past an event that commits late; so events are stored without one,
 * and one stamper at a time numbers what it sees. Its numbers become visible together, at its commit.
 *
 * Answers how many were numbered; null: another one is at it (`waits: false`).
 */
export async function stampEvents(db: Db, { waits }: { waits: boolean }): Promise<number | null> {
  let stamped = 0;
  for (let batch = 0; batch < batchesMax && (await hasUnnumbered(db)); batch++) {
    const count = await stampBatch(db, waits);
    if (count === null) return null;
    stamped += count;
  }
  return stamped;
}

/** Nearly always nothing: one look into an index that is empty then. */
async function hasUnnumbered(db: Db): Promise<boolean> {
  const { rows } = await db.pool.query<{ has: boolean }>({
    name: 'has_unnumbered_events',
    text: 'select exists (select from event where number is null) as has',
  });
  return rows[0]!.has;
}

async function stampBatch(db: Db, waits: boolean): Promise<number | null> {
  const client = await db.pool.connect();
  let failure: Error | undefined;
  try {
    await client.query(`begin; set local lock_timeout = ${lockWaitMsMax}`);
    const { rows } = await client.query<{ has: boolean }>(
      waits ? 'select pg_advisory_xact_lock($1::int8) is not null as has' : 'select pg_try_advisory_xact_lock($1::int8) as has',
      [lockKey.toString()],
    );
    // A statement of its own, later than the lock: its snapshot must hold what the stamper before has committed.
    const count = rows[0]!.has
      ? ((await client.query({ name: 'stamp_events', text: stamp, values: [stampBatchMax] })).rowCount ?? 0)
      : null;
    await client.query('commit');
    return count;
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    // A session whose transaction may still be open is not handed on.
    client.release(failure);
  }
}

const stamp = `
with batch as materialized (
  select id, application_id, row_number() over (partition by application_id order by seq) as place
  from (select id, application_id, seq from event where number is null order by seq limit $1::int4) as unnumbered
), counted as (
  insert into event_counter (application_id, last_number)
  select application_id, count(*)
  from batch
  group by application_id
  order by application_id
  on conflict (application_id) do update set last_number = event_counter.last_number + excluded.last_number
  returning application_id, last_number
), sizes as (
  select application_id, count(*) as size from batch group by application_id
)
update event e
set number = c.last_number - s.size + b.place
from batch b
join counted c on c.application_id = b.application_id
join sizes s on s.application_id = b.application_id
where e.id = b.id`;
