import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { migrate, readMigrations } from '../../src/db/migrate.ts';

const folder = path.resolve('prisma/migrations');
const schemaFile = path.resolve('prisma/schema.prisma');
const schema = { files: [{ path: schemaFile, content: readFileSync(schemaFile, 'utf8') }] };
const lockFile = { path: 'migration_lock.toml', content: readFileSync(path.join(folder, 'migration_lock.toml'), 'utf8') };
const migrationsList = {
  baseDir: folder,
  lockfile: lockFile,
  shadowDbInitScript: '',
  migrationDirectories: readMigrations(folder).map(({ name, sql }) => ({
    path: name,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
  })),
};
const filters = { externalTables: [], externalEnums: [] };
let url: string;

beforeAll(async () => {
  url = await createEmptyDatabase('drift_ours');
});

afterAll(async () => {
  await withAdmin(async (admin) => {
    await admin.query('drop database if exists drift_ours with (force)');
    await admin.query('drop database if exists drift_theirs with (force)');
  });
});

test('schema.prisma and the SQL migrations say the same', async () => {
  const engine = await openEngine(url);
  const result = await engine.raw.diff({
    from: { tag: 'migrations', ...migrationsList },
    to: { tag: 'schemaDatamodel', ...schema },
    script: true,
    exitCode: true,
    shadowDatabaseUrl: null,
    filters,
  });
  expect(result.stdout).toContain('empty migration');
  expect(result.exitCode).toBe(0);
});

test('what our applier did is what prisma migrate deploy would have done: it finds nothing to do and no fault', async () => {
  expect(await migrate(url, folder)).toEqual(readMigrations(folder).map(({ name }) => name));
  expect(await migrate(url, folder)).toEqual([]);
  const engine = await openEngine(url);
  const history = await engine.raw.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters });
  expect(history).toMatchObject({ history: null, editedMigrationNames: [], failedMigrationNames: [], hasMigrationsTable: true });
  expect((await engine.raw.applyMigrations({ migrationsList, filters })).appliedMigrationNames).toEqual([]);
});

test('our applier goes on where prisma migrate deploy stopped', async () => {
  const theirs = await createEmptyDatabase('drift_theirs');
  const engine = await openEngine(theirs);
  expect((await engine.raw.applyMigrations({ migrationsList, filters })).appliedMigrationNames).toHaveLength(readMigrations(folder).length);
  // The engine keeps its session, and with it Prisma's lock, for ten idle seconds.
  await withAdmin((admin) => admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'drift_theirs'"));
  expect(await migrate(theirs, folder)).toEqual([]);
});

test('the schema engine that checks is of the version that Prisma itself uses', () => {
  const versionOf = (name: string) =>
    (JSON.parse(readFileSync(path.resolve('node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
  expect(versionOf('@prisma/schema-engine-wasm')).toBe(versionOf('@prisma/engines-version'));
});

async function openEngine(databaseUrl: string) {
  const { createEngine } = await import('../../tools/engine.mjs');
  return createEngine(databaseUrl, [[schemaFile, schema.files[0]!.content]]);
}

async function createEmptyDatabase(name: string): Promise<string> {
  await withAdmin((admin) => admin.query(`create database ${name}`));
  const created = new URL(inject('pgUrl'));
  created.pathname = `/${name}`;
  return created.href;
}

async function withAdmin(work: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client({ connectionString: inject('pgUrl') });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
