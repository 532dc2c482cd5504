import type { HubHandle } from '../handle.ts';
import type { HubTx } from '../transaction.ts';

/**
 * Views that read a relation of the hub, or one column of it, as a person would name them. They are the vendor's or ours: `except` leaves
 * out those that are made again anyway.
 */
export async function findDependents(
  hub: HubHandle,
  client: Pick<HubTx, 'query'>,
  { relation, column, except = [] }: { relation: string; column?: string; except?: string[] },
): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct case when v.relnamespace = t.relnamespace then v.relname else n.nspname || '.' || v.relname end as name
     from pg_class t
     join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid
     join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
     join pg_class v on v.oid = r.ev_class
     join pg_namespace n on n.oid = v.relnamespace
     where t.relnamespace = $1::text::regnamespace
       and t.relname = $2::text
       and v.oid <> t.oid
       and not (v.relnamespace = t.relnamespace and v.relname = any ($4::text[]))
       and ($3::text is null
            or d.refobjsubid = (select a.attnum from pg_attribute a
                                where a.attrelid = t.oid and a.attname = $3::text and not a.attisdropped))
     order by name`,
    [hub.names.schema, relation, column ?? null, except],
  );
  return rows.map(({ name }) => name);
}
