import { type Completeness, movesMax } from './completeness.ts';
import type { DestinationRef, HubCtx } from './context.ts';
import { ownColumns, refuseStrangers } from './own-columns.ts';
import { refuseAmbiguous } from './refuse-ambiguous.ts';

export interface RecordsWanted {
  applicationId: string;
  provider: string;
  /** The object whose syncs bring the records: for one that is unfolded, its parent. */
  readObject: string;
  customerId?: string | undefined;
  connectionId?: string | undefined;
  /** Absent: where the syncs that bring the object write to. */
  destinationId?: string | undefined;
}

type Row = Required<DestinationRef> & {
  hasCustomer: boolean;
  hasConnection: boolean;
  /** Where the records land. */
  landing: string[];
  isUnknown: boolean;
  oldest: Date | null;
  recent: MoveRow[];
};
export type MoveRow = { seq: string; before: string | null; before_seq: string | null };

/**
 * One look at the control plane before every page: customer, connection and destination must be the application's, and the syncs that
 * bring the records say where they land and how far they have read. By the pool itself: Prisma's way to a row costs as much as a fifth of a page.
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
  const { id, kind, schema, version, landing, isUnknown, oldest } = row;
  refuseAmbiguous('object', { landing, named: destinationId });
  return {
    destination: { id, applicationId, kind, schema, version },
    completeness: { isUnknown, oldest, recent: row.recent.map(toMove) },
  };
}

export function toMove({ seq, before, before_seq: beforeSeq }: MoveRow): Completeness['recent'][number] {
  return { seq: BigInt(seq), before: before === null ? null : new Date(before), beforeSeq: beforeSeq === null ? null : BigInt(beforeSeq) };
}

/**
 * A connection that is gone keeps its syncs, and its records are emptied: it holds nothing back. Asked row by row: as `not exists` it is
 * planned as a join with all connections (20 ms instead of 3 with 10,000 of them, on a busy machine).
 */
export const isRead = `(select c.status from connection c where c.id = s.connection_id) <> 'disabled'`;

/**
 * `lands`: whether the destination `d` is one that a living sync of the object writes to. Only where none does, the sync configs are asked:
 * the oldest of the object, and if there is none, one of the provider.
 */
const destinations = (lands: string) => `known as materialized (
  select d.id, d.kind, d.schema, d.version, d.application_id, d.created_at, ${lands} as lands
  from destination d
  where d.application_id = $1::text and ($6::text is null or d.id = $6::text)
), d as materialized (
  select d.*, ${ownColumns}
  from known d
  order by d.lands desc,
           case when not d.lands then (
             select min(s.created_at) from sync_config s
             where s.application_id = d.application_id and s.destination_id = d.id and s.provider = $4::text
               and s.objects @> jsonb_build_array(jsonb_build_object('object', $5::text))) end,
           case when not d.lands then exists (
             select from sync_config s
             where s.application_id = d.application_id and s.destination_id = d.id and s.provider = $4::text) end desc,
           d.created_at
  limit 1
)`;

const landing = `(select coalesce(json_agg(l.id order by l.created_at, l.id), '[]') from known l where l.lands) as landing`;

/** What the answer says about some syncs: whether one has no time, the oldest time, and who moved last (which nobody who is gone did). */
function facts(from: string, where: string, alive = ''): string {
  return `
    select not d.lands
             or exists (select from ${from} where ${where}${alive} and complete_as_of is null) as "isUnknown",
           (select complete_as_of from ${from} where ${where}${alive} and complete_as_of is not null order by complete_as_of limit 1) as oldest,
           (select coalesce(json_agg(r), '[]')
            from (select complete_seq::text as seq, complete_before as before, complete_before_seq::text as before_seq
                  from ${from}
                  where ${where} and complete_seq is not null
                  order by complete_seq desc
                  limit ${movesMax}) r) as recent`;
}

const brought = 's.destination_id = d.id and s.provider = $4::text and s.object = $5::text';

/**
 * By the indexes on (destination, provider, object, …): a look at each destination and three at the chosen one, however many customers there
 * are. In the order of the index, or a destination without syncs is believed to have one at the front of the table, which is read to its end.
 */
const ofAll = `
with ${destinations(`(select true from sync s where ${brought} and ${isRead} order by s.complete_as_of limit 1) is not null`)}
select d.*, ${landing}, f.*
from d
cross join lateral (${facts('sync s', brought, ` and ${isRead}`)}) f`;

/** A customer has few syncs: they are fetched by its index, once. */
const ofOne = `
with own as materialized (
  select s.destination_id, s.complete_as_of, s.complete_seq, s.complete_before, s.complete_before_seq
  from sync s
  where s.application_id = $1::text
    and s.customer_id = coalesce($2::text, (select customer_id from connection where application_id = $1::text and id = $3::text))
    and ($3::text is null or s.connection_id = $3::text)
    and s.provider = $4::text
    and s.object = $5::text
    and ${isRead}
), ${destinations('exists (select from own s where s.destination_id = d.id)')}
select d.*, ${landing}, f.*
from d
cross join lateral (${facts('own s', 's.destination_id = d.id')}) f`;
