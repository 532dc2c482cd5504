import { ident } from '../../db/sql.ts';
import type { HubHandle } from '../handle.ts';
import { withBriefLock } from './brief-lock.ts';

/**
 * What every role of a database may do by itself, and no issued role has any use for, where the database is ours: advisory locks would
 * hold up every reader of every feed, large objects and temporary tables fill the disk, logical messages the log. In a vendor's
 * own database that is the vendor's to decide; functions of the server can be taken from everybody by a superuser only.
 */
export async function harden(hub: HubHandle): Promise<void> {
  await withBriefLock(hub, async (tx) => {
    const { rows } = await tx.query<{ database: string; owns: boolean; is_super: boolean; gives_temporary: boolean }>(
      `select d.datname as database, pg_has_role(d.datdba, 'usage') as owns,
              (select rolsuper from pg_roles where rolname = current_user) as is_super,
              has_database_privilege('public', d.oid, 'temporary') as gives_temporary
       from pg_database d
       where d.datname = current_database()`,
    );
    const { database, owns, is_super, gives_temporary } = rows[0]!;
    if (owns && gives_temporary) await tx.query(`revoke temporary on database ${ident(database)} from public`);
    if (!is_super) return;
    const open = await tx.query<{ signature: string }>(
      `select 'pg_catalog.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' as signature
       from pg_proc p
       where p.pronamespace = 'pg_catalog'::regnamespace
         and (p.proname ~ '^pg_(try_)?advisory_' or p.proname = any ($1::text[]))
         and has_function_privilege('public', p.oid, 'execute')`,
      [ownedByNobody],
    );
    if (open.rows.length > 0)
      await tx.query(`revoke execute on function ${open.rows.map(({ signature }) => signature).join(', ')} from public`);
  });
}

const ownedByNobody = [
  ...['lo_creat', 'lo_create', 'lo_from_bytea', 'lo_open', 'lo_put', 'lowrite', 'lo_truncate', 'lo_truncate64', 'lo_unlink'],
  ...['pg_logical_emit_message', 'pg_export_snapshot'],
];
