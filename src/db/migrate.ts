import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';

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
  const client = new pg.Client({ connectionString, options: '-c TimeZone=UTC -c client_min_messages=warning' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1::bigint)', [prismaLock]);
    await client.query(bookkeeping);
    const applied = await readApplied(client);
    const pending = migrations.filter(({ name, checksum }) => {
      const before = applied.get(name);
      if (before !== undefined && before !== checksum)
        throw new Error(`Migration ${name} was edited after it was applied here. Restore its file, or start with an empty database.`);
      return before === undefined;
    });
    for (const migration of pending) await apply(client, migration);
    return pending.map(({ name }) => name);
  } finally {
    await client.end(); // releases the advisory lock
  }
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
  if (failed) throw new Error(`Migration ${failed.migration_name} failed earlier. Mend it with: npx prisma migrate resolve`);
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const id = randomUUID();
  await client.query('insert into _prisma_migrations (id, checksum, migration_name) values ($1::text, $2::text, $3::text)', [
    id,
    checksum,
    name,
  ]);
  try {
    await client.query(sql); // the simple protocol: one implicit transaction, unless the script has its own
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    await client.query('rollback');
    await client.query('update _prisma_migrations set logs = $2::text where id = $1::text', [id, reason]);
    throw new Error(`Migration ${name} failed: ${reason}`, { cause });
  }
  await client.query('update _prisma_migrations set finished_at = clock_timestamp(), applied_steps_count = 1 where id = $1::text', [id]);
}
