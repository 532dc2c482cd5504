import type { HubHandle } from '../handle.ts';
import type { HubTx } from '../transaction.ts';
import { type FoundGroups, findGroups } from './groups.ts';
import { type Confined, confine } from './policies.ts';

/** Where roles were issued, a new relation of records is confined before anybody can read it. */
export async function secureTable(hub: HubHandle, tx: HubTx, relation: string): Promise<void> {
  const groups = await findGroups(hub, tx);
  if (!groups.hasReaders) return;
  await secure(hub, tx, { relation, by: '_syncline_customer_id' }, groups);
  const members = Object.values(groups.existing);
  if (members.length > 0) await tx.query(`grant select on ${hub.names.record(relation)} to ${members.join(', ')}`);
}

/** Takes the relation from everybody but its owner for the moment of the change. */
export async function secure(hub: HubHandle, tx: HubTx, confined: Confined, groups: FoundGroups): Promise<void> {
  const keeps = await findGrantees(hub, tx, confined.relation);
  await tx.query(confine(hub.names, confined, { groups: groups.existing, keeps }).join(';\n'));
}

/** Roles that the vendor has given rights to, by the table or by a column of it. */
async function findGrantees(hub: HubHandle, tx: HubTx, relation: string): Promise<string[]> {
  const { rows } = await tx.query<{ role: string }>(
    `select distinct r.rolname::text as role
     from pg_class c
     left join pg_attribute a on a.attrelid = c.oid and a.attacl is not null
     cross join lateral (
       select grantee from aclexplode(c.relacl)
       union
       select grantee from aclexplode(a.attacl)
     ) g
     join pg_roles r on r.oid = g.grantee
     where c.relnamespace = $1::text::regnamespace
       and c.relname = $2::text
       and g.grantee <> c.relowner
       and r.rolname !~ '^syn_[gr]_'
     order by role`,
    [hub.names.schema, relation],
  );
  return rows.map(({ role }) => role);
}
