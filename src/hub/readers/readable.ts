import type { HubHandle } from '../handle.ts';
import type { HubTx } from '../transaction.ts';
import type { Confined } from './policies.ts';

/** Everything in a hub that issued roles may read, but for views. What is not listed here is ours alone. */
export async function readableRelations(hub: HubHandle, tx: Pick<HubTx, 'query'>): Promise<Confined[]> {
  const { rows } = await tx.query<{ name: string }>(
    `select unnest(array_remove(array[name, versions_name], null)) as name from ${hub.names.table} order by 1`,
  );
  return [
    { relation: '_syncline_reader', by: 'reader' },
    { relation: '_syncline_connection', by: 'customer_id' },
    { relation: '_syncline_runs', by: 'customer_id' },
    { relation: '_syncline_mapping', by: 'customer_id', showsEmpty: true },
    ...rows.map(({ name }) => ({ relation: name, by: '_syncline_customer_id' as const })),
  ];
}

/** Where a purge has come to is nobody's business; the rest of a relation is shown whole. */
export const shownColumns: Record<string, string> = { _syncline_connection: '(number, connection_id, customer_id)' };

/** Views of ours: they show what whoever asks may see. */
export async function readableViews(hub: HubHandle, tx: Pick<HubTx, 'query'>): Promise<string[]> {
  const { rows } = await tx.query<{ name: string }>(
    `select v.name
     from ${hub.names.view} v
     join pg_class c on c.relnamespace = $1::text::regnamespace and c.relname = v.name and c.relkind = 'v'
     order by 1`,
    [hub.names.schema],
  );
  return rows.map(({ name }) => name);
}
