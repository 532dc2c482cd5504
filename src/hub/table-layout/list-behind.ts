import type { HubHandle } from '../handle.ts';
import { newestLayout, type SteppedTable } from './steps.ts';

/** The tables that lack steps of this release. A newer release may have taken some further than this one knows: they are left alone. */
export async function listBehind(hub: HubHandle): Promise<{ on: SteppedTable; layout: number }[]> {
  const { rows } = await hub.pool.query<SteppedTable['table'] & { kind: SteppedTable['kind']; relation: string; layout: number }>(
    `select provider, object, name, 'records' as kind, name as relation, layout
     from ${hub.names.table}
     where layout < $1::int4
     union all
     select provider, object, name, 'versions', versions_name, versions_layout
     from ${hub.names.table}
     where versions_name is not null and versions_layout < $2::int4
     order by relation`,
    [newestLayout('records'), newestLayout('versions')],
  );
  return rows.map(({ provider, object, name, kind, relation, layout }) => ({
    on: { table: { provider, object, name }, kind, name: relation },
    layout,
  }));
}
