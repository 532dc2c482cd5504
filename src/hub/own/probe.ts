import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ident, qualified } from '../../db/sql.ts';
import type { DestinationRef, HubTarget, ProbeReport } from '../context.ts';
import { hubNames } from '../names.ts';
import { ownConfig } from '../pool.ts';
import { isClaimable } from './claim.ts';
import { connectSentence, trialSentence, unreachable } from './probe-sentences.ts';

const versionMin = 150_000;
/** All ways of not being there take about as long, or their time would tell them apart. */
const unreachableMsMin = 300;

/** Tries out everything that a hub needs, and leaves nothing behind. Details are told only once a Postgres has answered. */
export async function probeTarget(target: HubTarget, destination: Pick<DestinationRef, 'id' | 'applicationId' | 'schema'>) {
  const begun = performance.now();
  const client = new pg.Client(ownConfig(target));
  // A session that is lost meanwhile fails the statement that waits for it.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const problem = connectSentence(error);
    if (problem === unreachable) await sleep(Math.max(0, unreachableMsMin - (performance.now() - begun)));
    await client.end().catch(() => undefined);
    return failed(problem);
  }
  try {
    return await look(client, target, destination);
  } catch (error) {
    return failed(trialSentence(error, destination.schema) ?? 'The server ended the session, or answered what a Postgres would not.');
  } finally {
    await client.end().catch(() => undefined);
  }
}

function failed(problem: string): ProbeReport {
  return { problems: [problem], serverVersion: null, canIssueCredentials: null };
}

async function look(client: pg.Client, target: HubTarget, destination: Pick<DestinationRef, 'id' | 'applicationId' | 'schema'>) {
  const { rows } = await client.query<{
    version: string;
    number: number;
    encoding: string;
    standby: boolean;
    timeout: string;
    plans: string;
    issues: boolean;
  }>(
    `select current_setting('server_version') as version,
            current_setting('server_version_num')::int4 as number,
            current_setting('server_encoding') as encoding,
            pg_is_in_recovery() as standby,
            (select setting from pg_settings where name = 'statement_timeout') as timeout,
            current_setting('enable_seqscan') as plans,
            (select rolcreaterole or rolsuper from pg_roles where rolname = current_user) as issues`,
  );
  const server = rows[0]!;
  const report = (problems: string[]): ProbeReport => ({
    problems,
    serverVersion: server.version,
    canIssueCredentials: server.issues,
  });
  if (server.number < versionMin) return report([`This is Postgres ${server.version}. It needs to be 15 or newer.`]);
  if (server.encoding !== 'UTF8')
    return report([`The encoding of this database is ${server.encoding}, which cannot hold every text. It needs to be UTF8.`]);
  if (server.standby) return report(['This is a standby. Point the destination at the primary.']);
  if (Number(server.timeout) !== target.statementMsMax || server.plans !== 'off')
    return report([
      'A pooler in between drops our session settings. Give the address of the Postgres itself, or of a pooler in session mode that keeps startup options.',
    ]);
  const missing = await missingRights(client, destination);
  if (missing.length > 0) return report(missing);
  const refused = await tryWriting(client, destination.schema);
  return report(refused ? [refused] : []);
}

/** What is not granted, in the words of the grant script: everything at once, so that nobody mends one after the other. */
async function missingRights(client: pg.Client, { id, applicationId, schema }: Pick<DestinationRef, 'id' | 'applicationId' | 'schema'>) {
  const { rows } = await client.query<{ name: string; exists: boolean; usable: boolean; creates: boolean; table: boolean; owns: boolean }>(
    `select s.name,
            n.oid is not null as exists,
            coalesce(has_schema_privilege(n.oid, 'usage') and has_schema_privilege(n.oid, 'create'), false) as usable,
            has_database_privilege(current_database(), 'create') as creates,
            c.oid is not null as table,
            coalesce(pg_has_role(c.relowner, 'usage'), false) as owns
     from unnest($1::text[], $2::text[]) as s (name, relation)
     left join pg_namespace n on n.nspname = s.name
     left join pg_class c on c.relnamespace = n.oid and c.relname = s.relation`,
    [
      [schema, '_syncline'],
      ['_syncline_hub', 'hub_lock_tag'],
    ],
  );
  const problems: string[] = [];
  for (const of of rows) {
    if (!of.exists && !of.creates)
      problems.push(
        `There is no schema ${of.name}, and the user may not create one. Create it, owned by the user, or grant CREATE on the database.`,
      );
    else if (of.exists && !of.usable)
      problems.push(`The user lacks USAGE or CREATE on the schema ${of.name}. Grant both, or make it its owner.`);
    else if (of.table && !of.owns)
      problems.push(`The tables in the schema ${of.name} belong to another user. Make this one a member of that role, or their owner.`);
  }
  const { rows: locks } = await client.query<{ allowed: boolean }>(
    `select bool_and(has_function_privilege(f, 'execute')) as allowed
     from unnest($1::text[]) f`,
    [['pg_advisory_xact_lock(int4, int4)', 'pg_advisory_xact_lock_shared(int8)', 'pg_try_advisory_lock(int4, int4)']],
  );
  if (!locks[0]!.allowed) problems.push('The user may not take advisory locks. Grant it EXECUTE on the functions pg_advisory_*.');
  const hub = rows.find((row) => row.name === schema)!;
  if (problems.length === 0 && hub.table && !(await isClaimable(client, hubNames(schema), { id, applicationId })))
    problems.push(`The schema ${schema} of this database holds the records of another destination. Choose another schema.`);
  return problems;
}

/** Everything in one transaction that is rolled back: nothing of it is ever seen. */
async function tryWriting(client: pg.Client, schema: string): Promise<string | null> {
  const table = qualified(schema, `_syncline_probe_${randomBytes(6).toString('hex')}`);
  await client.query('begin');
  try {
    const { rows } = await client.query('select from pg_namespace where nspname = $1::text', [schema]);
    if (rows.length === 0) await client.query(`create schema ${ident(schema)}`);
    await client.query(`create table ${table} (id int4 primary key, raw jsonb)`);
    await client.query(`insert into ${table} (id, raw) values (1, '{}'::jsonb)`);
    await client.query(`alter table ${table} add column more text`);
    await client.query(`drop table ${table}`);
    return null;
  } catch (error) {
    return (
      trialSentence(error, schema) ??
      `A table could not be created and written in the schema ${schema}: something of the database forbids it.`
    );
  } finally {
    await client.query('rollback');
  }
}
