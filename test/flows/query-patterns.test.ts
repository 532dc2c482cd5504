import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hubSchemaName } from '../../src/hub/schema-name.ts';
import { beginTestRead, end, idOf, many, openTestHub, record, write } from '../hub/support.ts';
import { createTestDatabase } from '../support/database.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { openScene, type Scene } from './support.ts';

const root = path.resolve(import.meta.dirname, '../..');
const page = readFileSync(path.join(root, 'docs/query-patterns.md'), 'utf8');
/** Its blocks by the name behind their language. */
const blocks = new Map([...page.matchAll(/^```(?:sql|ts) (\w+)\n(.*?)^```$/gms)].map(([, name, text]) => [name!, text!]));

let syncline: TestSyncline;
let scene: Scene;
let sql: pg.Client;
beforeAll(async () => {
  syncline = await startSyncline();
  scene = await openScene(syncline, { account: '1417', provider: 'hubspot', size: 40 });
  sql = new pg.Client({ connectionString: syncline.databaseUrl });
  await sql.connect();
  await sql.query(`set search_path = ${scene.table.split('.')[0]}`);
});
afterAll(async () => {
  await sql.end();
  await syncline.close();
});

function block(name: string): string {
  const text = blocks.get(name);
  if (text === undefined) throw new Error(`docs/query-patterns.md has no block ${name}`);
  return text;
}

/** A table that Postgres rewrote for a generated column has other row versions: what may not change is what our runs write. */
async function expectStill(): Promise<void> {
  const before = await scene.rows();
  expect(await scene.run()).toMatchObject({ status: 'succeeded', inserted: 0, updated: 0, deleted: 0, first_seq: null });
  expect(await scene.rows()).toEqual(before);
}

async function emailOf(id: string): Promise<string> {
  return (await scene.raw(id)).properties!.email;
}

test('S14 SQL on a path of the raw JSON finds the record, and its index is used', async () => {
  const { id } = (await scene.rows())[3]!;
  await sql.query(block('index'));
  const query = block('direct').replace('ada@example.com', await emailOf(id));
  const { rows } = await sql.query(query);
  expect(rows).toEqual([{ id, first_name: (await scene.raw(id)).properties!.firstname }]);
  await sql.query('set enable_seqscan = off');
  const plan = await sql.query(`explain ${query.replace(/;\s*$/, '')}`);
  await sql.query('reset enable_seqscan');
  expect(JSON.stringify(plan.rows)).toContain('contacts_by_email');
  await scene.expectInvariants();
});

test('S15 a view of the vendor works on over runs and new fields, of the provider and declared ones', async () => {
  await sql.query(block('view'));
  const seen = async () => (await sql.query('select record_id, email from people where customer_id = $1 order by 1', [scene.account])).rows;
  const before = await seen();
  expect(before).toHaveLength(40);
  const [first] = before;
  await scene.control.update({ ...scene.at, id: first.record_id, fields: { email: 'moved@example.com', shoe_size: '43' } });
  const { id } = await scene.vendor.call('POST', '/v1/fields', {
    ...{ provider: 'hubspot', object: 'contacts', name: 'email', path: '$.properties.email', type: 'text' },
  });
  await scene.run();
  await expect.poll(async () => (await scene.vendor.call('GET', `/v1/fields/${id}`)).status, { timeout: 30_000 }).toBe('ready');
  expect((await seen())[0]).toEqual({ record_id: first.record_id, email: 'moved@example.com' });
  const { rows } = await sql.query('select record_id, email from hubspot_contacts_live where customer_id = $1 order by 1', [scene.account]);
  expect(rows).toEqual(await seen());
  // The view does not read the field, and stands on what shows it.
  const kept = await scene.vendor.request('DELETE', `/v1/fields/${id}`);
  expect([kept.status, kept.body.code, kept.body.dependents]).toEqual([409, 'field_in_use', ['people']]);
  await sql.query('drop view people');
  expect((await scene.vendor.request('DELETE', `/v1/fields/${id}`)).status).toBeLessThan(300);
  await sql.query(block('view'));
  expect(await seen()).toEqual(rows);
  await expectStill();
});

test('S16 a generated column of the vendor, and a declared field, are filled on insert and update, and no write fails', async () => {
  await sql.query(block('generated'));
  const [, declared] = /\/v1\/fields [^`]*-d '(.*?)'/s.exec(page)!;
  const { id: fieldId } = await scene.vendor.call('POST', '/v1/fields', JSON.parse(declared!));
  await expect.poll(async () => (await scene.vendor.call('GET', `/v1/fields/${fieldId}`)).status, { timeout: 30_000 }).toBe('ready');
  await scene.control.create({ ...scene.at, fields: { email: 'new@inserted.example' } });
  const { id } = (await scene.rows())[5]!;
  await scene.control.update({ ...scene.at, id, fields: { email: 'old@updated.example' } });
  expect(await scene.run()).toMatchObject({ status: 'succeeded', inserted: 1, updated: 1, quarantined: 0 });
  const wrong = `
    select _syncline_record_id
    from hubspot_contacts
    where email_domain is distinct from split_part(raw #>> '{properties,email}', '@', 2)
      or created is distinct from (raw #>> '{properties,createdate}')::timestamptz`;
  expect((await sql.query(wrong)).rows).toEqual([]);
  const domains = await sql.query(`select email_domain from hubspot_contacts where email_domain like '%ed.example' order by 1`);
  expect(domains.rows.map((row) => row.email_domain)).toEqual(['inserted.example', 'updated.example']);
  const { rows } = await sql.query(block('field'));
  expect(rows).toHaveLength(10);
  expect(rows.map(({ created }) => created.getTime())).toEqual(rows.map(({ created }) => created.getTime()).toSorted((a, b) => a - b));
  await expectStill();
});

test('S17 a pipeline pages through 10,000 records while they change, is killed, goes on, and has seen every change in order', async () => {
  const vendor = await syncline.createApplication();
  const database = await createTestDatabase();
  const own = new pg.Client({ connectionString: database.url });
  await own.connect();
  const on = await openTestHub(syncline.databaseUrl, { schema: hubSchemaName(vendor.applicationId), poolMax: 4 });
  // The hub as a worker fills it; its registry decides the table's name.
  const table = await on.hub.ensureTable('hubspot', 'contacts');
  const read = { ...(await beginTestRead(on.hub, { customerId: 'acme' })), table };
  const contact = (n: number, version: number) => ({ properties: { email: `${n}@v${version}.example` } });
  await write(
    on.hub,
    read,
    many(10_000, (n) => contact(n, 0)),
  );
  const folder = mkdtempSync(path.join(folderOfScripts(), 'pipeline-'));
  const file = path.join(folder, 'pipeline.ts');
  writeFileSync(file, block('pipeline'));
  const env = { PATH: process.env.PATH, SYNCLINE_URL: syncline.url, SYNCLINE_API_KEY: vendor.apiKey, DATABASE_URL: database.url };
  const start = () => spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] });

  let isWriting = true;
  const written = new Map<string, string>();
  const writing = (async () => {
    for (let version = 1; isWriting && version <= slicesMax; version++) {
      const asked = await on.hub.lastDrawnSeq();
      const ids = Array.from({ length: 20 }, (_, n) => (version * 37 + n * 501) % 10_000);
      for (const id of ids) written.set(idOf(id), contact(id, version).properties.email);
      await write(
        on.hub,
        read,
        [...new Set(ids)].map((id) => record(idOf(id), contact(id, version), { askedSeq: asked })),
      );
    }
  })();
  try {
    const first = start();
    await expect
      .poll(
        () =>
          own.query('select count(*)::int as count from contact').then(
            ({ rows }) => rows[0].count,
            () => 0,
          ),
        {
          timeout: 60_000,
          interval: 5,
        },
      )
      .toBeGreaterThan(0);
    first.kill('SIGKILL');
    await ended(first);
    await own.query(`
      create table log (at bigint generated always as identity, record_id text, seq int8);
      create function note() returns trigger language plpgsql as $$ begin insert into log (record_id, seq) values (new.record_id, new.seq); return new; end $$;
      create trigger note after insert or update on contact for each row execute function note()`);
    expect(await ended(start())).toBe(0);
    isWriting = false;
    await writing;
    expect(await ended(start())).toBe(0);
  } finally {
    isWriting = false;
    await writing;
  }
  const expected = Array.from({ length: 10_000 }, (_, n) => [idOf(n), written.get(idOf(n)) ?? contact(n, 0).properties.email]);
  const contacts = await own.query<{ record_id: string; email: string; seq: string }>('select * from contact order by record_id');
  expect(contacts.rows.map((row) => [row.record_id, row.email])).toEqual(expected);
  expect(written.size).toBeGreaterThan(20);
  // Every record stands under its latest change, and changes came in the order of the feed.
  const seqs = new Map(
    (await on.sql<{ id: string; seq: string }>(`select _syncline_record_id as id, _syncline_seq as seq from ${table.name}`)).map((row) => [
      row.id,
      row.seq,
    ]),
  );
  expect(contacts.rows.filter((row) => row.seq !== seqs.get(row.record_id))).toEqual([]);
  const { rows: disorder } = await own.query('select l.at from log l join log n on n.at = l.at + 1 where n.seq <= l.seq limit 1');
  expect(disorder).toEqual([]);

  // What is deleted leaves the vendor's table too.
  await end(on.hub, read);
  const next = { ...(await beginTestRead(on.hub, { customerId: 'acme', fence: 2n })), table };
  const asked = await on.hub.lastDrawnSeq();
  const kept = many(9_999, (n) => contact(n, 0)).map((one) => ({ ...one, askedSeq: asked }));
  await write(on.hub, next, kept);
  await end(on.hub, next);
  expect(await ended(start())).toBe(0);
  expect((await own.query('select count(*)::int as count from contact')).rows).toEqual([{ count: 9_999 }]);
  rmSync(folder, { recursive: true, force: true });
  await own.end();
  await on.close();
  await database.drop();
});

/** The writer goes on beside the readers, and comes to an end, so that they can catch up with it. */
const slicesMax = 100;

/** Below the project, so that the script finds `pg` as a vendor's would. */
function folderOfScripts(): string {
  const folder = path.join(root, '.syncline');
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function ended(child: ChildProcess): Promise<number | null> {
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code))));
  if (code) throw new Error(output);
  return code;
}
