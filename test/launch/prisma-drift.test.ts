import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { StartRefusal } from '../../src/base/start-refusal.ts';
import { whyUnusable } from '../../src/db/explain-refusal.ts';
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
    for (const name of ['ours', 'theirs', 'latin']) await admin.query(`drop database if exists drift_${name} with (force)`);
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

test('a migration that is cut off or fails leaves nothing: the next start applies it', async () => {
  const own = mkdtempSync(path.join(tmpdir(), 'syncline-migrations-'));
  const write = (sql: string) => writeFileSync(path.join(own, '1_first', 'migration.sql'), sql);
  mkdirSync(path.join(own, '1_first'));

  write('create table cut_off (n int); select 1/0');
  await expect(migrate(url, own)).rejects.toThrow('migration 1_first failed: division by zero');

  // Stands between its statements, where it is killed, until the lock is free.
  write('create table cut_off (n int); select pg_advisory_xact_lock(4711)');
  await withAdmin(async (admin) => {
    await admin.query('select pg_advisory_lock(4711)');
    const cutOff = expect(migrate(url, own)).rejects.toThrow('migration 1_first failed');
    const kill = `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'drift_ours' and wait_event = 'advisory'`;
    await expect.poll(async () => (await admin.query(kill)).rowCount, { timeout: 20_000 }).toBe(1);
    await cutOff;
  }, url);
  expect(await migrate(url, own)).toEqual(['1_first']);
  expect(await migrate(url, own)).toEqual([]);
  rmSync(own, { recursive: true });
});

test.each([
  ['a wrong password', (at: URL) => Object.assign(at, { password: 'hidden-word' }), 'It refuses the login'],
  ['a database that is not there', (at: URL) => Object.assign(at, { pathname: '/drift_nowhere' }), 'There is no database of this name'],
  ['a port that nobody listens at', (at: URL) => Object.assign(at, { port: '1' }), 'Nothing listens there'],
  ['TLS where there is none', (at: URL) => Object.assign(at, { search: '?sslmode=verify-full' }), 'It offers no TLS'],
])('%s is answered with a sentence that names the place and not the password', async (_, change, sentence) => {
  const at = change(new URL(inject('pgUrl')));
  const error = await migrate(at.href, folder).catch((refused: unknown) => refused);
  expect(error).toBeInstanceOf(StartRefusal);
  expect((error as Error).message).toContain(sentence);
  expect((error as Error).message).toContain(`@${at.host}${at.pathname}`);
  expect((error as Error).message).not.toContain('hidden-word');
});

test('a database whose encoding cannot hold every text is refused before anything is made in it', async () => {
  await withAdmin((admin) =>
    admin.query(`create database drift_latin encoding 'LATIN1' locale_provider libc locale 'C' template template0`),
  );
  const at = new URL(inject('pgUrl'));
  at.pathname = '/drift_latin';
  await expect(migrate(at.href, folder)).rejects.toThrow('Its encoding is LATIN1');
});

test('Postgres 14 is refused', () => {
  expect(whyUnusable({ version: '14.23', number: 140_023, encoding: 'UTF8' })).toBe('It is Postgres 14.23; Syncline needs 15 or newer.');
  expect(whyUnusable({ version: '15.0', number: 150_000, encoding: 'UTF8' })).toBeNull();
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

async function withAdmin(work: (admin: pg.Client) => Promise<unknown>, connectionString = inject('pgUrl')): Promise<void> {
  const admin = new pg.Client({ connectionString });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
