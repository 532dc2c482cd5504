import { type Completeness, movesMax } from './completeness.ts';
import type { DestinationRef, HubCtx } from './context.ts';
import { ownColumns, refuseStrangers } from './own-columns.ts';

export interface RecordsWanted {
  applicationId: string;
  provider: string;
  /** The object whose syncs bring the records: for one that is unfolded, its parent. */
  readObject: string;
  customerId?: string | undefined;
  connectionId?: string | undefined;
  /** Absent: where the sync config that brings the object writes to. */
  destinationId?: string | undefined;
}

type Row = Required<DestinationRef> & {
  hasCustomer: boolean;
  hasConnection: boolean;
  isUnknown: boolean;
  oldest: Date | null;
  recent: MoveRow[];
};
export type MoveRow = { seq: string; before: string | null; before_seq: string | null };

/**
 * One look at the control plane before every page: customer, connection and destination must be the application's, and the syncs that
 * bring the records say how far they have read. By the pool itself: Prisma's way to a row costs as much as a fifth of a page.
 */
export async function findDestination(
  { db }: Pick<HubCtx, 'db'>,
  wanted: RecordsWanted,
): Promise<{ destination: DestinationRef; completeness: Completeness }> {
  const { applicationId, customerId, connectionId, destinationId, provider, readObject } = wanted;
  const isOfAll = customerId === undefined && connectionId === undefined;
  const { rows } = await db.pool.query<Row>({
    name: isOfAll ? 'find_records_of_all' : 'find_records_of_one',
    text: isOfAll ? ofAll : ofOne,
    values: [applicationId, customerId ?? null, connectionId ?? null, provider, readObject, destinationId ?? null],
  });
  const row = refuseStrangers(rows[0], wanted);
  const { id, kind, schema, version, isUnknown, oldest } = row;
  return {
    destination: { id, applicationId, kind, schema, version },
    completeness: { isUnknown, oldest, recent: row.recent.map(toMove) },
  };
}

export function toMove({ seq, before, before_seq: beforeSeq }: MoveRow): Completeness['recent'][number] {
  return { seq: BigInt(seq), before: before === null ? null : new Date(before), beforeSeq: beforeSeq === null ? null : BigInt(beforeSeq) };
}

const destination = `
  select d.id,
         d.kind,
         d.schema,
         d.version,
         ${ownColumns}
  from destination d
  where d.application_id = $1::text and ($6::text is null or d.id = $6::text)
  order by (select min(s.created_at) from sync_config s
            where s.application_id = d.application_id and s.destination_id = d.id and s.provider = $4::text
              and s.objects @> jsonb_build_array(jsonb_build_object('object', $5::text))),
           exists (select from sync_config s
                   where s.application_id = d.application_id and s.destination_id = d.id and s.provider = $4::text) desc,
           d.created_at
  limit 1`;

/**
 * A connection that is gone keeps its syncs, and its records are emptied: it holds nothing back. Asked row by row: as `not exists` it is
 * planned as a join with all connections (20 ms instead of 3 with 10,000 of them, on a busy machine).
 */
export const isRead = `(select c.status from connection c where c.id = s.connection_id) <> 'disabled'`;

/** What the answer says about some syncs: the first that has no time, the oldest time, and who moved last (which nobody who is gone did). */
function facts(from: string, where: string, alive = ''): string {
  return `
    select not exists (select from ${from} where ${where}${alive})
             or exists (select from ${from} where ${where}${alive} and complete_as_of is null) as "isUnknown",
           (select complete_as_of from ${from} where ${where}${alive} and complete_as_of is not null order by complete_as_of limit 1) as oldest,
           (select coalesce(json_agg(r), '[]')
            from (select complete_seq::text as seq, complete_before as before, complete_before_seq::text as before_seq
                  from ${from}
                  where ${where} and complete_seq is not null
                  order by complete_seq desc
                  limit ${movesMax}) r) as recent`;
}

/** By the indexes on (destination, provider, object, …): three looks, however many customers there are. */
const ofAll = `
with d as materialized (${destination})
select d.*, f.*
from d
cross join lateral (${facts('sync s', `s.destination_id = d.id and s.provider = $4::text and s.object = $5::text`, ` and ${isRead}`)}) f`;

/** A customer has few syncs: they are fetched by its index, once. */
const ofOne = `
with d as materialized (${destination}), own as materialized (
  select s.complete_as_of, s.complete_seq, s.complete_before, s.complete_before_seq
  from sync s
  where s.application_id = $1::text
    and s.customer_id = coalesce($2::text, (select customer_id from connection where application_id = $1::text and id = $3::text))
    and ($3::text is null or s.connection_id = $3::text)
    and s.destination_id = (select id from d)
    and s.provider = $4::text
    and s.object = $5::text
    and ${isRead}
)
select d.*, f.*
from d
cross join lateral (${facts('own', 'true')}) f`;
