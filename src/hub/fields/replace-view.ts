import { createHash } from 'node:crypto';
import { ident } from '../../db/sql.ts';
import type { ViewDefinition } from '../context.ts';
import type { HubHandle } from '../handle.ts';
import { readerGroups } from '../readers/groups.ts';
import type { HubTx } from '../transaction.ts';
import { findDependents } from './dependents.ts';

/**
 * `taken`: a relation of the vendor's has the name, and is left alone. `in_use`: the view has to be made anew, and views of the vendor's
 * read it; it stays as it was.
 */
export type ReplacedView = { outcome: 'unchanged' | 'made' | 'taken' } | { outcome: 'in_use'; dependents: string[] };

/** Postgres says that columns would vanish, or change their names, order or types. */
const cannotReplace = '42P16';

/**
 * Makes a view what its definition says. Columns that are added at the end change it in place, so that what reads it goes on; anything
 * else makes it anew with the grants that it had. Whoever reads it needs the right to read what it shows (security_invoker), so
 * that policies hold. Never fails a transaction for what a vendor did to the schema.
 */
export async function replaceView(hub: HubHandle, tx: HubTx, view: ViewDefinition): Promise<ReplacedView> {
  const fingerprint = fingerprintOf(view);
  const there = await lookAt(hub, tx, view.name);
  if (there.exists && there.fingerprint === null) return { outcome: 'taken' };
  if (there.exists && there.fingerprint === fingerprint) return { outcome: 'unchanged' };
  if (!(there.exists && (await replacedInPlace(hub, tx, view)))) {
    const dependents = there.exists ? await findDependents(hub, tx, { relation: view.name }) : [];
    if (dependents.length > 0) return { outcome: 'in_use', dependents };
    await makeAnew(hub, tx, view, there.exists);
  }
  await tx.query(
    `insert into ${hub.names.view} (name, kind, fingerprint)
     values ($1::text, $2::text, $3::text)
     on conflict (name) do update set kind = excluded.kind, fingerprint = excluded.fingerprint`,
    [view.name, view.kind, fingerprint],
  );
  return { outcome: 'made' };
}

/** What a view was made from. */
export function fingerprintOf({ columns, select }: ViewDefinition): string {
  return createHash('sha256')
    .update(JSON.stringify([columns, select]))
    .digest('hex');
}

async function lookAt(hub: HubHandle, tx: HubTx, name: string): Promise<{ exists: boolean; fingerprint: string | null }> {
  const { rows } = await tx.query<{ exists: boolean; fingerprint: string | null }>(
    `select exists (select from pg_class c where c.relnamespace = $1::text::regnamespace and c.relname = $2::text) as exists,
            (select v.fingerprint from ${hub.names.view} v where v.name = $2::text) as fingerprint`,
    [hub.names.schema, name],
  );
  return rows[0]!;
}

async function replacedInPlace(hub: HubHandle, tx: HubTx, view: ViewDefinition): Promise<boolean> {
  await tx.query('savepoint replaced_view');
  try {
    await tx.query(definitionOf(hub, view, 'create or replace view'));
    await tx.query('release savepoint replaced_view');
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== cannotReplace) throw error;
    await tx.query('rollback to savepoint replaced_view');
    return false;
  }
}

async function makeAnew(hub: HubHandle, tx: HubTx, view: ViewDefinition, exists: boolean): Promise<void> {
  const name = hub.names.record(view.name);
  const grantees = exists ? await granteesOf(hub, tx, view.name) : await readerGroups(hub, tx);
  if (exists) await tx.query(`drop view ${name}`);
  await tx.query(definitionOf(hub, view, 'create view'));
  if (grantees.length > 0) await tx.query(`grant select on ${name} to ${grantees.join(', ')}`);
}

function definitionOf(hub: HubHandle, { name, columns, select }: ViewDefinition, create: string): string {
  return `${create} ${hub.names.record(name)} (${columns.map(ident).join(', ')}) with (security_invoker = true) as\n${select}`;
}

/** Who may read a view that is there, quoted. */
async function granteesOf(hub: HubHandle, tx: HubTx, name: string): Promise<string[]> {
  const { rows } = await tx.query<{ grantee: string | null }>(
    `select distinct r.rolname as grantee
     from pg_class c
     cross join lateral aclexplode(c.relacl) a
     left join pg_roles r on r.oid = a.grantee
     where c.relnamespace = $1::text::regnamespace
       and c.relname = $2::text
       and a.privilege_type = 'SELECT'
       and a.grantee <> c.relowner`,
    [hub.names.schema, name],
  );
  return rows.map(({ grantee }) => (grantee === null ? 'public' : ident(grantee)));
}
