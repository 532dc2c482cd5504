import { ident } from '../../db/sql.ts';
import type { HubHandle } from '../handle.ts';
import type { HubTx } from '../transaction.ts';
import type { ReaderGroups } from './policies.ts';

/**
 * Rights are given to two groups and not to each role: a relation's list of rights is one row of the catalog, which holds some hundred
 * roles and no more. A group cannot log in, is in no mapping, and sees nothing itself.
 */
export async function findGroups(hub: HubHandle, tx: Pick<HubTx, 'query'>): Promise<FoundGroups> {
  const { rows } = await tx.query<{ has_readers: boolean; all: string; one: string; all_exists: boolean; one_exists: boolean }>(
    `select has_readers, g.all, g.one,
            exists (select from pg_roles r where r.rolname = g.all) as all_exists,
            exists (select from pg_roles r where r.rolname = g.one) as one_exists
     from ${hub.names.hub}
     cross join lateral (
       select 'syn_g_' || substr(md5(hub_id || '/all'), 1, 20) as all,
              'syn_g_' || substr(md5(hub_id || '/one'), 1, 20) as one
     ) g`,
  );
  const { has_readers, all, one, all_exists, one_exists } = rows[0]!;
  return {
    hasReaders: has_readers,
    names: { ofAll: all, ofOne: one },
    existing: { ...(all_exists ? { ofAll: all } : {}), ...(one_exists ? { ofOne: one } : {}) },
  };
}

export interface FoundGroups {
  /** Roles were issued: every relation of records is confined. */
  hasReaders: boolean;
  names: ReaderGroups;
  /** In a copy that was loaded elsewhere they are missing until the next role is issued. */
  existing: Partial<ReaderGroups>;
}

/** Whom every relation that issued roles may read is shown to, quoted; empty: no role was issued. */
export async function readerGroups(hub: HubHandle, tx: Pick<HubTx, 'query'>): Promise<string[]> {
  const { hasReaders, existing } = await findGroups(hub, tx);
  return hasReaders ? Object.values(existing).map(ident) : [];
}
