import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { StartRefusal } from '../base/start-refusal.ts';
import { explainRefusal, refusal, type ServerFacts, whyUnusable } from './explain-refusal.ts';

export interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/**
 * Applies prisma/migrations/<name>/migration.sql exactly as `prisma migrate deploy` does: same folder, same order, same
 * checksums, same bookkeeping table, same advisory lock. Either tool can continue where the other stopped; several
 * processes may call this at once. Returns the names that were applied now.
 */
export async function migrate(connectionString: string, folder: string): Promise<string[]> {
  const migrations = readMigrations(folder);
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: connectMsMax,
    options: '-c TimeZone=UTC -c client_min_messages=warning',
  });
  // A session that is lost fails the statement that waits for it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await requireUsable(client, connectionString);
    await client.query('select pg_advisory_lock($1::bigint)', [prismaLock]);
    await client.query(bookkeeping);
    const applied = await readApplied(client);
    const pending = migrations.filter(({ name, checksum }) => {
      const before = applied.get(name);
      if (before !== undefined && before !== checksum)
        throw new StartRefusal(
          `Migration ${name} was edited after it was applied here. Restore its file, or start with an empty database.`,
        );
      return before === undefined;
    });
    for (const migration of pending) await apply(client, migration);
    return pending.map(({ name }) => name);
  } catch (error) {
    throw explainRefusal(error, connectionString);
  } finally {
    await client.end(); // releases the advisory lock
  }
}

/** The first look at a database: an address that nobody answers must not hold up a start for the minutes that TCP would try. */
const connectMsMax = 15_000;

/** What would fail later, in the middle of somebody's data. */
async function requireUsable(client: pg.Client, connectionString: string): Promise<void> {
  const { rows } = await client.query<ServerFacts>(
    `select current_setting('server_version') as version,
            current_setting('server_version_num')::int4 as number,
            current_setting('server_encoding') as encoding`,
  );
  const sentence = whyUnusable(rows[0]!);
  if (sentence !== null) throw refusal(connectionString, sentence);
}

/** Prisma's own advisory lock key: https://www.prisma.io/docs/orm/prisma-migrate/workflows/development-and-production#advisory-locking */
const prismaLock = 72707369;

const bookkeeping = `
  create table if not exists _prisma_migrations (
    id varchar(36) primary key not null,
    checksum varchar(64) not null,
    finished_at timestamptz,
    migration_name varchar(255) not null,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz not null default now(),
    applied_steps_count integer not null default 0
  )`;

export function readMigrations(folder: string): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(folder, entry.name, 'migration.sql')))
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(path.join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

async function readApplied(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ migration_name: string; checksum: string; is_done: boolean }>(
    `select migration_name, checksum, finished_at is not null as is_done
     from _prisma_migrations
     where rolled_back_at is null
     order by started_at`,
  );
  const failed = rows.find((row) => !row.is_done);
  if (failed)
    throw new StartRefusal(
      `Migration ${failed.migration_name} was begun by Prisma and not finished. Mend it with: npx prisma migrate resolve`,
    );
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

/**
 * Script and bookkeeping are one transaction: a start that is killed, or that fails, leaves nothing, and the next one tries again.
 * (Prisma notes the beginning of a migration by itself, and a person has to settle what is left of it.) Hence no script may hold
 * what Postgres refuses in a transaction.
 */
async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(sql); // the simple protocol: several statements at once
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       values ($1::text, $2::text, $3::text, clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback').catch(() => undefined); // the session may be gone, and with it the transaction
    throw Object.assign(new Error(`migration ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause }), {
      code: (cause as { code?: string }).code,
    });
  }
}
