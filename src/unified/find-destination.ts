import type { DestinationRef, HubCtx } from '../hub/context.ts';
import { ownColumns, refuseStrangers } from '../hub/own-columns.ts';

interface Wanted {
  applicationId: string;
  customerId?: string | undefined;
  connectionId?: string | undefined;
  /** Absent: where the sync configs that bring the model's objects write to; of several the oldest's. */
  destinationId?: string | undefined;
  /** What the model is made of. */
  objects: readonly { provider: string; object: string }[];
}

export interface FoundDestination {
  destination: DestinationRef;
  /** The same as long as no custom field is declared otherwise. */
  declarations: string;
  hasDeclarations: boolean;
}

type Row = Required<DestinationRef> & { hasCustomer: boolean; hasConnection: boolean; declarations: string; hasDeclarations: boolean };

/** One look at the control plane before every page: customer, connection and destination must be the application's. */
export async function findUnifiedDestination({ db }: Pick<HubCtx, 'db'>, wanted: Wanted): Promise<FoundDestination> {
  const { applicationId, customerId, connectionId, destinationId, objects } = wanted;
  const { rows } = await db.pool.query<Row>({
    name: 'find_unified',
    text: statement,
    values: [applicationId, customerId ?? null, connectionId ?? null, destinationId ?? null, JSON.stringify(objects)],
  });
  const row = refuseStrangers(rows[0], wanted);
  const { id, kind, schema, version, declarations, hasDeclarations } = row;
  return { destination: { id, applicationId, kind, schema, version }, declarations, hasDeclarations };
}

const statement = `
  select d.id, d.kind, d.schema, d.version,
         ${ownColumns},
         m.declarations,
         m.has as "hasDeclarations"
  from destination d
  cross join (select concat_ws(' ', count(*), sum(version), max(updated_at)) as declarations, count(*) > 0 as has
              from unified_mapping where application_id = $1::text) m
  where d.application_id = $1::text and ($4::text is null or d.id = $4::text)
  order by (select min(s.created_at)
            from sync_config s
            cross join jsonb_to_recordset($5::text::jsonb) as o(provider text, object text)
            where s.application_id = d.application_id and s.destination_id = d.id and s.provider = o.provider
              and s.objects @> jsonb_build_array(jsonb_build_object('object', o.object))),
           d.created_at
  limit 1`;
