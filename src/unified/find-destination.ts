import { type Completeness, movesMax } from '../hub/completeness.ts';
import type { DestinationRef, HubCtx } from '../hub/context.ts';
import { isRead, type MoveRow, toMove } from '../hub/find-destination.ts';
import { ownColumns, refuseStrangers } from '../hub/own-columns.ts';
import { refuseAmbiguous } from '../hub/refuse-ambiguous.ts';

interface Wanted {
  applicationId: string;
  customerId?: string | undefined;
  connectionId?: string | undefined;
  /** Absent: where the syncs that bring the model's objects write to. */
  destinationId?: string | undefined;
  /** What the model is made of. */
  objects: readonly { provider: string; object: string }[];
}

export interface FoundDestination {
  destination: DestinationRef;
  /** The same as long as no custom field is declared otherwise. */
  declarations: string;
  hasDeclarations: boolean;
  completeness: Completeness;
}

type Row = Required<DestinationRef> & {
  hasCustomer: boolean;
  hasConnection: boolean;
  declarations: string;
  hasDeclarations: boolean;
  /** Where the records land. */
  landing: string[];
  isUnknown: boolean;
  oldest: Date | null;
  recent: MoveRow[];
};

/**
 * One look at the control plane before every page: customer, connection and destination must be the application's, and the syncs that
 * bring the model's objects say where they land and how far they have read.
 */
export async function findUnifiedDestination({ db }: Pick<HubCtx, 'db'>, wanted: Wanted): Promise<FoundDestination> {
  const { applicationId, customerId, connectionId, destinationId, objects } = wanted;
  const isOfAll = customerId === undefined && connectionId === undefined;
  const { rows } = await db.pool.query<Row>({
    name: isOfAll ? 'find_unified_of_all' : 'find_unified_of_one',
    text: isOfAll ? ofAll : ofOne,
    values: [applicationId, customerId ?? null, connectionId ?? null, destinationId ?? null, JSON.stringify(objects)],
  });
  const row = refuseStrangers(rows[0], wanted);
  const { id, kind, schema, version, declarations, hasDeclarations, landing, isUnknown, oldest } = row;
  refuseAmbiguous('model', { landing, named: destinationId });
  const completeness = { isUnknown, oldest, recent: row.recent.map(toMove) };
  return { destination: { id, applicationId, kind, schema, version }, declarations, hasDeclarations, completeness };
}

const objects = `o as materialized (select * from jsonb_to_recordset($5::text::jsonb) as o(provider text, object text))`;

/** `lands`: whether the destination `d` is one that a living sync of the model's objects writes to. */
const destinations = (lands: string) => `d as materialized (
  select d.id, d.kind, d.schema, d.version, d.created_at, ${lands} as lands, ${ownColumns}
  from destination d
  where d.application_id = $1::text and ($4::text is null or d.id = $4::text)
)`;

/** Of several without a sync the one whose sync config is the oldest. */
const chosen = `chosen as materialized (
  select d.*
  from d
  order by d.lands desc,
           (select min(c.created_at)
            from sync_config c
            join o on o.provider = c.provider and c.objects @> jsonb_build_array(jsonb_build_object('object', o.object))
            where c.application_id = $1::text and c.destination_id = d.id),
           d.created_at
  limit 1
)`;

/** `before`: what `facts` reads. */
const statement = (before: string, facts: string) => `
  with ${objects}, ${before}, ${chosen}
  select c.*, m.*, f.*,
         (select coalesce(json_agg(d.id order by d.created_at, d.id), '[]') from d where d.lands) as landing
  from chosen c
  cross join (select concat_ws(' ', count(*), sum(version), max(updated_at)) as declarations, count(*) > 0 as "hasDeclarations"
              from unified_mapping where application_id = $1::text) m
  cross join lateral (${facts}) f`;

const moves = 'complete_seq::text as seq, complete_before as before, complete_before_seq::text as before_seq';

/** Of each object by the indexes on (destination, provider, object, …): three looks, however many customers there are. */
const perObject = (shown: string, rest: string) =>
  `o cross join lateral (
     select ${shown} from sync s
     where s.destination_id = c.id and s.provider = o.provider and s.object = o.object ${rest}) s`;

const ofAll = statement(
  destinations(`exists (
    select from o cross join lateral (
      select from sync s
      where s.destination_id = d.id and s.provider = o.provider and s.object = o.object and ${isRead}
      limit 1) s)`),
  `select not exists (select from ${perObject('', `and ${isRead} limit 1`)})
            or exists (select from ${perObject('', `and ${isRead} and complete_as_of is null limit 1`)}) as "isUnknown",
          (select min(s.complete_as_of)
           from ${perObject('complete_as_of', `and ${isRead} and complete_as_of is not null order by complete_as_of limit 1`)}) as oldest,
          (select coalesce(json_agg(r), '[]')
           from (select ${moves}
                 from ${perObject('complete_seq, complete_before, complete_before_seq', `and complete_seq is not null order by complete_seq desc limit ${movesMax}`)}
                 order by complete_seq desc
                 limit ${movesMax}) r) as recent`,
);

/** A customer has few syncs: they are fetched by its index, once. */
const own = `own as materialized (
  select s.destination_id, s.complete_as_of, s.complete_seq, s.complete_before, s.complete_before_seq
  from sync s
  join o on o.provider = s.provider and o.object = s.object
  where s.application_id = $1::text
    and s.customer_id = coalesce($2::text, (select customer_id from connection where application_id = $1::text and id = $3::text))
    and ($3::text is null or s.connection_id = $3::text)
    and ${isRead}
)`;

const ofOne = statement(
  `${own}, ${destinations('exists (select from own s where s.destination_id = d.id)')}`,
  `select count(*) = 0 or count(*) > count(s.complete_as_of) as "isUnknown",
          min(s.complete_as_of) as oldest,
          (select coalesce(json_agg(r), '[]')
           from (select ${moves}
                 from own
                 where destination_id = c.id and complete_seq is not null
                 order by complete_seq desc
                 limit ${movesMax}) r) as recent
   from own s
   where s.destination_id = c.id`,
);
