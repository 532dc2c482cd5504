import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { AppError } from '../base/errors.ts';
import { ident } from '../db/sql.ts';
import { asDestinationFailure } from './destination-failure.ts';
import { layouts, literal, newHubId } from './layout.ts';
import { type HubNames, hubNames } from './names.ts';
import { claimHub, holderOf } from './own/claim.ts';
import { borrow } from './pool.ts';

/** Two-part advisory keys never mix with the one-part keys of registered writers. */
const layoutLockClass = 0x5b5c;
const layoutLockMsMax = 30_000;
/** A process that freezes here keeps every other from the hub until the database ends its transaction. */
const layoutIdleMsMax = 5_000;
/**
 * A step that waits for a table's lock holds up everybody behind it: it gives way after this, before a deadlock would be looked for
 * (1 s), and is tried again while there is time. Writers of ours hold such a lock for 5 s at most.
 */
const stepLockMsMax = 500;
const stepPauseMs = 250;
const stepsMsMax = 30_000;
const tagBits = 48;
const tagsMax = 32_767;

export interface HubPlace {
  pool: pg.Pool;
  schema: string;
  /** Whose hub it is, in a vendor's own database: there nobody else keeps two destinations from choosing the same schema. */
  claimant?: { id: string; applicationId: string } | undefined;
}

/**
 * Creates the hub, or brings it up to date; idempotent, and safe when several processes do it at once. Also notices a
 * restored copy: then the incarnation changes, so that cursors of the lost history expire, and the lock tag is claimed anew.
 */
export async function prepareHub(hub: HubPlace): Promise<void> {
  for (const end = Date.now() + stepsMsMax; ; await sleep(stepPauseMs)) {
    try {
      return await attemptPreparation(hub);
    } catch (cause) {
      if (!givesWay.has((cause as { code?: string }).code ?? '')) throw asDestinationFailure(cause) ?? cause;
      if (Date.now() > end)
        throw new AppError('destination_unavailable', 'The hub is being brought up to date, and a long transaction stands in the way.', {
          cause,
        });
    }
  }
}

/** Lock not available, deadlock. */
const givesWay = new Set(['55P03', '40P01']);

async function attemptPreparation({ pool, schema, claimant }: HubPlace): Promise<void> {
  const names = hubNames(schema);
  const client = await borrow(pool);
  let isSpoilt = true;
  try {
    await client.query(`begin; set local statement_timeout = ${layoutLockMsMax}; set local client_min_messages = warning;
      set local idle_in_transaction_session_timeout = ${layoutIdleMsMax}`);
    await refuseStandby(client);
    if (!(await isCurrent(client, names, schema))) {
      await client.query('select pg_advisory_xact_lock($1::int4, hashtext($2::text))', [layoutLockClass, schema]);
      await client.query(`set local lock_timeout = ${stepLockMsMax}`);
      await upgrade(client, names, schema);
      await client.query('set local lock_timeout = 0');
      await adoptIdentity(client, names, schema);
    }
    if (claimant && (await holderOf(client, names)) !== claimant.id) await claimHub(client, names, claimant);
    await client.query('commit');
    isSpoilt = false;
  } finally {
    // The server rolls back what a closed connection leaves. What went wrong first says why, also where the session has ended.
    client.release(isSpoilt);
  }
}

export async function refuseStandby(client: pg.Pool | pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
  if (rows[0]!.standby)
    throw new AppError('destination_unavailable', 'The records are read from the primary server only. Point the destination at it.', {
      internal: 'a standby does not know the locks of registered writers',
    });
}

/** The usual case takes no lock. */
async function isCurrent(client: pg.PoolClient, names: HubNames, schema: string): Promise<boolean> {
  if (!(await hasHub(client, schema))) return false;
  const { rows } = await client.query<{ layout: number; identity: string }>(`select layout, identity from ${names.hub}`);
  const row = rows[0];
  return row?.layout === layouts.length && row.identity === (await identityOf(client, names, schema));
}

async function upgrade(client: pg.PoolClient, names: HubNames, schema: string): Promise<void> {
  let layout = 0;
  if (await hasHub(client, schema)) {
    const { rows } = await client.query<{ layout: number }>(`select layout from ${names.hub}`);
    layout = rows[0]?.layout ?? 0;
  } else await ensureSchema(client, schema);
  if (layout > layouts.length)
    throw new AppError('destination_unavailable', 'The hub was laid out by a newer release. Upgrade this process.', {
      internal: `layout ${layout}, this release knows ${layouts.length}`,
    });
  for (const step of layouts.slice(layout)) await client.query(step(names, schema));
  await client.query(
    `insert into ${names.hub} (layout, hub_id, incarnation, identity, lock_tag)
     values ($1::int4, $2::text, $2::text, '', 0)
     on conflict (is_only) do update set layout = excluded.layout`,
    [layouts.length, newHubId()],
  );
}

async function adoptIdentity(client: pg.PoolClient, names: HubNames, schema: string): Promise<void> {
  const identity = await identityOf(client, names, schema);
  const { rows } = await client.query<{ identity: string }>(`select identity from ${names.hub}`);
  if (rows[0]!.identity === identity) return;
  await client.query(
    `update ${names.hub}
     set identity = $1::text, incarnation = $2::text, lock_tag = $3::int8`,
    [identity, newHubId(), await claimLockTag(client, schema)],
  );
}

/**
 * Which history this is: the cluster, its timeline (a failover or a point-in-time restore begins a new one) and the
 * sequence's object id (a dump that was loaded elsewhere, or again, has another). Where the server does not let us read
 * its control data, the sequence alone has to tell.
 */
async function identityOf(client: pg.PoolClient, names: HubNames, schema: string): Promise<string> {
  const { rows } = await client.query<{ allowed: boolean; database: string; sequence: string }>(
    `select has_function_privilege('pg_control_system()', 'execute') and has_function_privilege('pg_control_checkpoint()', 'execute') as allowed,
            (select oid from pg_database where datname = current_database()) as database,
            ${literal(names.feedSeq)}::regclass::oid as sequence`,
  );
  const { allowed, database, sequence } = rows[0]!;
  if (!allowed) return `${database}/${schema}/${sequence}`;
  const control = await client.query<{ id: string; timeline: number }>(
    'select system_identifier as id, timeline_id as timeline from pg_control_system(), pg_control_checkpoint()',
  );
  return `${control.rows[0]!.id}/${control.rows[0]!.timeline}/${database}/${schema}/${sequence}`;
}

/**
 * Two hubs of one database with the same tag would pin each other's horizon: one table per database lists them. It is
 * used here only, when a hub is created or found restored; writing and reading need nothing outside the hub's schema.
 */
async function claimLockTag(client: pg.PoolClient, schema: string): Promise<string> {
  await client.query('select pg_advisory_xact_lock($1::int4, 0)', [layoutLockClass]);
  await ensureSchema(client, '_syncline');
  await client.query(
    `create table if not exists _syncline.hub_lock_tag (lock_tag int8 primary key, schema text collate "C" not null unique)`,
  );
  const { rows } = await client.query<{ lock_tag: string }>(
    `insert into _syncline.hub_lock_tag (lock_tag, schema)
     select n::int8 << $2::int4, $1::text
     from generate_series(1, $3::int4) n
     where not exists (select from _syncline.hub_lock_tag h where h.lock_tag = n::int8 << $2::int4)
     order by random()
     limit 1
     on conflict (schema) do update set schema = excluded.schema
     returning lock_tag`,
    [schema, tagBits, tagsMax],
  );
  if (!rows[0]) throw new AppError('destination_unavailable', 'This database holds as many hubs as it can. Add another destination.');
  return rows[0].lock_tag;
}

/** `if not exists` asks for the right to create schemas even where the schema exists: a careful vendor grants no such right. */
async function ensureSchema(client: pg.PoolClient, schema: string): Promise<void> {
  const { rows } = await client.query('select from pg_namespace where nspname = $1::text', [schema]);
  if (rows.length === 0) await client.query(`create schema if not exists ${ident(schema)}`);
}

/** By a look at the catalog itself: `to_regclass` may answer from what this session knew before it waited for the lock. */
async function hasHub(client: pg.PoolClient, schema: string): Promise<boolean> {
  const { rows } = await client.query<{ has: boolean }>(
    `select exists (
       select from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $1::text and c.relname = '_syncline_hub'
     ) as has`,
    [schema],
  );
  return rows[0]!.has;
}
