import type { HubHandle } from '../handle.ts';
import { writeTransaction } from '../transaction.ts';
import type { DeclaredField } from './types.ts';

/**
 * The hub's copy of all custom fields of its application: what `read` answers, and nothing else. It is asked when nobody else copies
 * any more, so that the last copy is never older than one before.
 */
export async function copyMappings(hub: HubHandle, read: () => Promise<DeclaredField[]>): Promise<void> {
  await writeTransaction(hub, async (tx) => {
    await tx.query(`select from ${hub.names.hub} for update`);
    const declared = JSON.stringify(await read());
    const given = `jsonb_to_recordset($1::text::jsonb) as g(category text, model text, provider text, "customerId" text, name text, path text[], type text)`;
    await tx.query(
      `delete from ${hub.names.mapping} m
       where (m.category, m.model, m.provider, m.customer_id, m.name)
             not in (select g.category, g.model, g.provider, g."customerId", g.name from ${given})`,
      [declared],
    );
    await tx.query(
      `insert into ${hub.names.mapping} as m (category, model, provider, customer_id, name, path, type)
       select g.category, g.model, g.provider, g."customerId", g.name, g.path, g.type from ${given}
       on conflict (category, model, provider, customer_id, name) do update
       set path = excluded.path, type = excluded.type
       where (m.path, m.type) is distinct from (excluded.path, excluded.type)`,
      [declared],
    );
  });
}

/** Whether the hub's copy has any custom field. */
export async function hasMappings(hub: HubHandle): Promise<boolean> {
  const { rowCount } = await hub.pool.query(`select from ${hub.names.mapping} limit 1`);
  return rowCount! > 0;
}
