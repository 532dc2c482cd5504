import type { HubHandle } from '../handle.ts';
import type { HubView } from './types.ts';

/** The views that the hub keeps, with the columns they have now. */
export async function listViews(hub: HubHandle): Promise<HubView[]> {
  const { rows } = await hub.pool.query<HubView>(
    `select v.name,
            v.kind,
            t.provider,
            t.object,
            array(select a.attname::text
                  from pg_attribute a
                  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                  order by a.attnum) as columns
     from ${hub.names.view} v
     join pg_class c on c.relnamespace = $1::text::regnamespace and c.relname = v.name
     left join ${hub.names.table} t on t.view_name = v.name
     order by v.name`,
    [hub.names.schema],
  );
  return rows;
}
