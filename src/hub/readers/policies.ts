import { ident } from '../../db/sql.ts';
import type { HubNames } from '../names.ts';

/** The two groups that issued roles are members of: those that read every customer, and those that read one. */
export interface ReaderGroups {
  ofAll: string;
  ofOne: string;
}

/** A relation that issued roles may read, and whose rows they see by customer. `readers`: of the mapping itself, everybody sees their own row. */
export type Confined =
  | { relation: string; by: '_syncline_customer_id' | 'customer_id'; showsEmpty?: true }
  | { relation: string; by: 'reader' };

export const policyPrefix = '_syncline_';

/**
 * What confines a relation. Which customer a role reads stands in a table that it cannot write, under its own name: current_user is
 * nothing that a session can choose, as a setting is. The looks into that table stand in sub-selects, which are answered once
 * and not for each row, and there is one policy for each group: a role of one customer goes by the index on the customer.
 *
 * Enabled, never forced: the owner writes by COPY, which forced policies refuse. Whom no policy names sees nothing; `keeps` are roles
 * that the vendor lets read, or write, already, and that go on as before.
 */
export function confine(
  names: HubNames,
  confined: Confined,
  { groups, keeps }: { groups: Partial<ReaderGroups>; keeps: string[] },
): string[] {
  const relation = names.record(confined.relation);
  const policy = (name: string, definition: string) => [
    `drop policy if exists ${ident(policyPrefix + name)} on ${relation}`,
    `create policy ${ident(policyPrefix + name)} on ${relation} ${definition}`,
  ];
  const toGroup = (group: keyof ReaderGroups) =>
    groups[group] === undefined
      ? []
      : policy(group === 'ofAll' ? 'all' : 'one', `for select to ${ident(groups[group])} using (${seenBy(names, confined, group)})`);
  return [
    `alter table ${relation} enable row level security`,
    ...toGroup('ofAll'),
    ...toGroup('ofOne'),
    ...keeps.flatMap((role) => policy(`keeps_${role}`.slice(0, 50), `for all to ${ident(role)} using (true) with check (true)`)),
  ];
}

function seenBy(names: HubNames, confined: Confined, group: keyof ReaderGroups): string {
  if (confined.by === 'reader') return 'role_name = current_user';
  if (group === 'ofAll')
    return `(select exists (select from ${names.reader} r where r.role_name = current_user and r.customer_id is null))`;
  const own = `${confined.by} = any (array(select r.customer_id from ${names.reader} r where r.role_name = current_user))`;
  return confined.showsEmpty ? `${confined.by} = '' or ${own}` : own;
}
