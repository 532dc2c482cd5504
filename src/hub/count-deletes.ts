import { dueSql, dueValues } from './due.ts';
import type { HubHandle } from './handle.ts';
import { lookAtEnd } from './look-at-end.ts';
import { storeMissing } from './store-missing.ts';
import { type HubTx, sweepTransaction } from './transaction.ts';
import type { DeleteCount, EndedRead } from './types.ts';

const dayMs = 24 * 3_600_000;

/** What the ended read would delete now. Registers nothing: however long it takes, no reader waits for it. */
export async function countDeletes(hub: HubHandle, read: EndedRead & { sampleMax: number }): Promise<DeleteCount> {
  await storeMissing(hub, read);
  if (!(await lookAtEnd(hub, read)).hasStaged) return { deletes: 0, missedOnce: [], known: 0, deletedLastDay: 0 };
  return sweepTransaction(hub, async (tx) => {
    const due = await countDue(hub, tx, read);
    return {
      deletes: due.deletes,
      missedOnce: due.missed,
      known: due.deletes > 0 ? await countLive(hub, tx, read) : 0,
      deletedLastDay: await countLastDay(hub, tx, read),
    };
  });
}

async function countDue(hub: HubHandle, tx: HubTx, read: EndedRead & { sampleMax: number }) {
  const { missed, dueDelete } = dueSql(hub.names, read.table);
  const { rows } = await tx.query<{ deletes: number; missed: string[] }>(
    `with judged as (
       select s.record_id, ${dueDelete} as is_due, ${missed} as is_missed
       from ${hub.names.stagedDelete} s
       join ${hub.names.record(read.table.name)} t on t._syncline_connection = $5::int4 and t._syncline_record_id = s.record_id
       where s.sync = $1::text and s.generation = $2::int8
     )
     select (select count(*)::int4 from judged where is_due) as deletes,
            array(select record_id from judged where is_missed and not is_due order by record_id limit $7::int4) as missed`,
    [...dueValues(read), read.sampleMax],
  );
  return rows[0]!;
}

async function countLive(hub: HubHandle, tx: HubTx, { table, connection }: EndedRead): Promise<number> {
  const { rows } = await tx.query<{ live: number }>(
    `select count(*)::int4 as live
     from ${hub.names.record(table.name)}
     where _syncline_connection = $1::int4 and _syncline_deleted_at is null`,
    [connection.number],
  );
  return rows[0]!.live;
}

async function countLastDay(hub: HubHandle, tx: HubTx, { table, connection }: EndedRead): Promise<number> {
  const { rows } = await tx.query<{ deletes: number }>(
    `select coalesce(sum(deletes), 0)::int4 as deletes
     from ${hub.names.deleteLog}
     where table_name = $1::text and connection = $2::int4 and deleted_at > $3::timestamptz`,
    [table.name, connection.number, new Date(hub.clock.now().getTime() - dayMs)],
  );
  return rows[0]!.deletes;
}
