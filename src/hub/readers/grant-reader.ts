import { AppError } from '../../base/errors.ts';
import { ident } from '../../db/sql.ts';
import type { HubHandle } from '../handle.ts';
import { literal } from '../layout.ts';
import type { HubTx } from '../transaction.ts';
import { withBriefLock } from './brief-lock.ts';
import { type FoundGroups, findGroups } from './groups.ts';
import { harden } from './harden.ts';
import { type Confined, policyPrefix } from './policies.ts';
import { readableRelations, readableViews, shownColumns } from './readable.ts';
import { secure } from './secure-table.ts';
import type { ReadersOfHub } from './types.ts';

/** A session that is left in the middle of a transaction holds back what the database wants to clean up. */
const idleMsMax = 60_000;

/**
 * Lets a new role read. The first one of a hub confines every relation beforehand, each in a transaction of its own; from the first
 * step on a new table is confined where it is created. Nothing is granted that is not confined.
 */
export async function grantReader(hub: HubHandle, input: Parameters<ReadersOfHub['grantReader']>[0]): Promise<void> {
  await refuseWithoutRights(hub);
  if (input.isOurs) await harden(hub);
  await withBriefLock(hub, async (tx) => {
    await lockHub(hub, tx);
    await refusePublic(hub, tx);
    await createGroups(tx, await findGroups(hub, tx));
    await tx.query(`update ${hub.names.hub} set has_readers = true where not has_readers`);
  });
  for (const confined of await findUnconfined(hub)) {
    await withBriefLock(hub, async (tx) => {
      await lockHub(hub, tx);
      await secure(hub, tx, confined, await findGroups(hub, tx));
    });
  }
  await withBriefLock(hub, async (tx) => {
    await lockHub(hub, tx);
    const groups = await findGroups(hub, tx);
    await grantToGroups(hub, tx, groups);
    await createRole(hub, tx, input, groups);
  });
}

/** Tables of one hub are created, and roles issued, one at a time. */
async function lockHub(hub: HubHandle, tx: HubTx): Promise<void> {
  await tx.query(`select from ${hub.names.hub} for update`);
}

async function refuseWithoutRights(hub: HubHandle): Promise<void> {
  const { rows } = await hub.pool.query<{ may: boolean }>(
    'select rolsuper or rolcreaterole as may from pg_roles where rolname = current_user',
  );
  if (rows[0]?.may) return;
  const problem = 'The role that Syncline uses in this database may not create roles. Give it CREATEROLE, or issue roles yourself.';
  throw new AppError('destination_refused', problem, { details: { problems: [problem] } });
}

/** Everybody would go on seeing nothing at all of what they could read before: better said than done. */
async function refusePublic(hub: HubHandle, tx: HubTx): Promise<void> {
  const names = (await readableRelations(hub, tx)).map(({ relation }) => relation);
  const { rows } = await tx.query<{ relation: string }>(
    `select distinct c.relname::text as relation
     from pg_class c
     cross join lateral aclexplode(c.relacl) a
     where c.relnamespace = $1::text::regnamespace and c.relname = any ($2::text[]) and a.grantee = 0
       and not c.relrowsecurity
     order by 1`,
    [hub.names.schema, names],
  );
  if (rows.length === 0) return;
  const problem = `Every role of this database may read ${rows.map(({ relation }) => relation).join(', ')}. Grant that to roles by name and revoke it from PUBLIC: an issued credential would end it.`;
  throw new AppError('destination_refused', problem, { details: { problems: [problem] } });
}

async function createGroups(tx: HubTx, { names, existing }: FoundGroups): Promise<void> {
  for (const group of ['ofAll', 'ofOne'] as const)
    if (existing[group] === undefined) await tx.query(`create role ${ident(names[group])} nologin inherit`);
}

async function findUnconfined(hub: HubHandle): Promise<Confined[]> {
  const relations = await readableRelations(hub, hub.pool);
  const { rows } = await hub.pool.query<{ relation: string }>(
    `select c.relname::text as relation
     from pg_class c
     where c.relnamespace = $1::text::regnamespace
       and c.relname = any ($2::text[])
       and not (c.relrowsecurity
                and (select count(*) from pg_policy p where p.polrelid = c.oid and p.polname = any ($3::text[])) = 2)`,
    [hub.names.schema, relations.map(({ relation }) => relation), [`${policyPrefix}all`, `${policyPrefix}one`]],
  );
  const open = new Set(rows.map(({ relation }) => relation));
  return relations.filter(({ relation }) => open.has(relation));
}

/** Granting again what is granted changes nothing. */
async function grantToGroups(hub: HubHandle, tx: HubTx, { existing }: FoundGroups): Promise<void> {
  const { names } = hub;
  const to = Object.values(existing).map(ident).join(', ');
  const relations = [...(await readableRelations(hub, tx)).map(({ relation }) => relation), ...(await readableViews(hub, tx))];
  const casts = [names.toText, names.toNumber, names.toInteger, names.toBoolean, names.toTime, names.toDate];
  await tx.query(`grant usage on schema ${names.schema} to ${to};
    grant execute on function ${casts.map((cast) => `${cast}(jsonb)`).join(', ')} to ${to}`);
  for (const relation of relations) await tx.query(`grant select ${shownColumns[relation] ?? ''} on ${names.record(relation)} to ${to}`);
  const { rows } = await tx.query<{ database: string; may: boolean }>(
    `select current_database() as database, has_database_privilege($1::text, current_database(), 'connect') as may`,
    [existing.ofOne],
  );
  if (!rows[0]!.may) await tx.query(`grant connect on database ${ident(rows[0]!.database)} to ${to}`);
}

type Reader = Parameters<ReadersOfHub['grantReader']>[0];

/** A member may read what its group may, and cannot become the group where the server knows the difference (16 and later). */
async function createRole(hub: HubHandle, tx: HubTx, reader: Reader, { names }: FoundGroups): Promise<void> {
  const role = ident(reader.role);
  const group = ident(reader.customerId === null ? names.ofAll : names.ofOne);
  const { rows } = await tx.query<{ knows: boolean }>(`select current_setting('server_version_num')::int4 >= 160000 as knows`);
  await tx.query(`create role ${role} login inherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls
      connection limit ${reader.connectionsMax} password ${literal(reader.verifier)};
    grant ${group} to ${role}${rows[0]!.knows ? ' with inherit true, set false, admin false' : ''};
    alter role ${role} set search_path = ${hub.names.schema};
    alter role ${role} set default_transaction_read_only = on;
    alter role ${role} set statement_timeout = ${reader.statementSeconds * 1000};
    alter role ${role} set idle_in_transaction_session_timeout = ${idleMsMax}`);
  await tx.query(
    `insert into ${hub.names.reader} (role_name, credential_id, customer_id)
     values ($1::text::name, $2::text, $3::text)`,
    [reader.role, reader.credentialId, reader.customerId],
  );
}
