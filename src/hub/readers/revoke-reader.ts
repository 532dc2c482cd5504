import { ident } from '../../db/sql.ts';
import type { HubHandle } from '../handle.ts';
import { literal } from '../layout.ts';
import { withBriefLock } from './brief-lock.ts';
import { findGroups } from './groups.ts';

/** What the role still has, or what we may not do about it: it stays behind without rights. */
const leavesRole = new Set(['2BP01', '42501']);

/**
 * Ends a role: no login, no rights, no place in the mapping, in one transaction; from then on its sessions see nothing. They are ended
 * where we may, and the role is dropped unless something in the database is still its own.
 */
export async function revokeReader(hub: HubHandle, { role }: { role: string }): Promise<void> {
  const exists = await withBriefLock(hub, async (tx) => {
    await tx.query(`delete from ${hub.names.reader} where role_name = $1::text::name`, [role]);
    const { rowCount } = await tx.query('select from pg_roles where rolname = $1::text', [role]);
    if (rowCount === 0) return false;
    const { existing } = await findGroups(hub, tx);
    await tx.query(`alter role ${ident(role)} nologin`);
    const groups = Object.values(existing).map(ident);
    if (groups.length > 0) await tx.query(`revoke ${groups.join(', ')} from ${ident(role)}`);
    return true;
  });
  if (!exists) return;
  await endSessions(hub, role);
  await attempt(hub, () => hub.pool.query(`drop owned by ${ident(role)}`));
  await attempt(hub, () => hub.pool.query(`drop role ${ident(role)}`));
}

/** Another password; whoever came in by the old one is put out where we may. */
export async function rotateReader(hub: HubHandle, { role, verifier }: { role: string; verifier: string }): Promise<void> {
  await withBriefLock(hub, async (tx) => {
    await tx.query(`alter role ${ident(role)} password ${literal(verifier)}`);
  });
  await endSessions(hub, role);
}

async function endSessions(hub: HubHandle, role: string): Promise<void> {
  await attempt(hub, () => hub.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1::text', [role]));
}

async function attempt(hub: HubHandle, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!leavesRole.has((error as { code?: string }).code ?? '')) throw error;
    hub.log.info({ err: error }, 'an issued role could not be cleared away; it has no rights any more');
  }
}
