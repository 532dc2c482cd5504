import { randomUUID } from 'node:crypto';
import { castFunctions } from './fields/cast-functions.ts';
import type { HubNames } from './names.ts';

/** The layout's versions, oldest first: each is what brings a hub from the version before. Never edit a released one. */
export const layouts: ((names: HubNames, schema: string) => string)[] = [
  firstLayout,
  decisionsAndVersions,
  hooks,
  unfoldedTables,
  hubServices,
  layoutsOfTables,
];

function firstLayout(names: HubNames, schema: string): string {
  return `
create sequence ${names.feedSeq} cache 1;

-- One row. \`incarnation\` changes when this is a restored copy: cursors of the history before have expired.
create table ${names.hub} (
  is_only     boolean primary key default true check (is_only),
  layout      int4 not null,
  hub_id      text not null,
  incarnation text not null,
  identity    text not null,
  lock_tag    int8 not null
);

-- (provider, object) → the record table's name; the highest seq of a tombstone that was dropped from it.
create table ${names.table} (
  provider    text collate "C" not null,
  object      text collate "C" not null,
  name        text collate "C" not null unique,
  dropped_seq int8 not null default 0,
  primary key (provider, object)
);

-- purge_seq: what has a lower or equal seq is being emptied.
create table ${names.connection} (
  number        int4 generated always as identity primary key,
  connection_id text collate "C" not null unique,
  customer_id   text collate "C" not null,
  purge_seq     int8
);

-- Where a sync stands. json, not jsonb: the state is kept as it was written. is_open: a full read is under way, and
-- whoever meets a record of its connection and table marks it. is_fresh: the connection had no record in the table when
-- the read began, so that its records go straight in by COPY.
create table ${names.checkpoint} (
  sync               text collate "C" primary key,
  fence              int8 not null,
  state              json,
  table_name         text collate "C",
  connection         int4,
  generation         int8 not null default 0,
  is_open            boolean not null default false,
  is_fresh           boolean not null default false,
  missing_generation int8
);
create index on ${names.checkpoint} (connection);

-- What a full read has met: one row for each slice, not for each record (an anti-join at the end reads it once).
create table ${names.seen} (
  sync       text collate "C" not null,
  generation int8 not null,
  ids        text[] collate "C" not null
);
alter table ${names.seen} alter column ids set storage external;
create index on ${names.seen} (sync, generation);

-- Deletes that a read proposes: signalled by the provider, or missing from a full read. Those of a held read stay.
create table ${names.stagedDelete} (
  sync         text collate "C" not null,
  generation   int8 not null,
  record_id    text collate "C" not null,
  is_signalled boolean not null default false,
  asked_seq    int8,
  modified_at  timestamptz,
  is_missing   boolean not null default false,
  was_missed   boolean not null default false,
  primary key (sync, generation, record_id)
);

-- Missed by the last clean read that may miss some; missed by the next one too, they are gone.
create table ${names.missedOnce} (
  sync       text collate "C" not null,
  record_id  text collate "C" not null,
  generation int8 not null,
  primary key (sync, record_id)
);

-- Deletes that wait for a person: reason and seq bound; the ids stand in the staged deletes of the same generation.
create table ${names.hold} (
  sync       text collate "C" not null,
  generation int8 not null,
  table_name text collate "C" not null,
  connection int4 not null,
  reason     text not null,
  seq_bound  int8 not null,
  deletes    int8 not null,
  held_at    timestamptz not null,
  primary key (sync, generation)
);

-- How much was deleted when: deletes of one connection and object add up over a day.
create table ${names.deleteLog} (
  table_name text collate "C" not null,
  connection int4 not null,
  deleted_at timestamptz not null,
  deletes    int8 not null
);
create index on ${names.deleteLog} (table_name, connection, deleted_at);

-- What could not be stored as a record. \`key\` is the record's id, or a hash of its bytes: one row however often it comes.
create table ${names.quarantine} (
  table_name     text collate "C" not null,
  connection     int4 not null,
  key            text collate "C" not null,
  sync           text collate "C" not null,
  record_id      text collate "C",
  reason         text not null,
  detail         text not null,
  raw            bytea not null,
  quarantined_at timestamptz not null,
  primary key (table_name, connection, key)
);
create index on ${names.quarantine} (connection);

${feedHorizonFunction(names, schema)}`;
}

/** Decisions about held deletes, versions beside a table, quarantine with ids, and the shapes of what was read. */
function decisionsAndVersions(names: HubNames): string {
  return `
-- run_id names the hold; decision (approve | reject) is being carried out, and what it did adds up here until it is announced.
alter table ${names.hold}
  add column run_id    text collate "C",
  add column decision  text,
  add column settled   int8 not null default 0,
  add column first_seq int8,
  add column last_seq  int8;

-- Proposed deletes that a person refused: not proposed again while the record has this seq and is not met.
create table ${names.keptDelete} (
  table_name text collate "C" not null,
  connection int4 not null,
  record_id  text collate "C" not null,
  seq        int8 not null,
  primary key (table_name, connection, record_id)
);

-- Name of the table that keeps every version, where a sync appends.
alter table ${names.table} add column versions_name text collate "C" unique;

alter table ${names.quarantine}
  add column id text collate "C" not null unique default 'quar_' || replace(gen_random_uuid()::text, '-', ''),
  add column retry_requested_at timestamptz;
create index on ${names.quarantine} (sync, id);

-- Which fields, of which types, the records of a connection have shown. is_known: found by the first full read, no news.
create table ${names.shape} (
  number     int8 generated always as identity primary key,
  table_name text collate "C" not null,
  connection int4 not null,
  path       text collate "C" not null,
  type       text not null,
  sync       text collate "C" not null,
  is_known   boolean not null,
  found_at   timestamptz not null,
  unique (table_name, connection, path, type)
);
create index on ${names.shape} (sync, number) where not is_known;`;
}

/** What hooks leave until it is worked off. */
function hooks(names: HubNames): string {
  return `
-- Records that a hook's body carried whole, until they are applied. text, not jsonb: they are read like a page.
create table ${names.hookPayload} (
  number      int8 generated always as identity primary key,
  sync        text collate "C" not null,
  connection  int4 not null,
  record_id   text collate "C" not null,
  raw         text not null,
  received_at timestamptz not null
);
create index on ${names.hookPayload} (sync, record_id);
create index on ${names.hookPayload} (connection);
create index on ${names.hookPayload} (received_at);

-- What hooks wrote and nobody has announced yet: it commits with the records.
create table ${names.hookNews} (
  sync      text collate "C" primary key,
  inserted  int8 not null,
  updated   int8 not null,
  deleted   int8 not null,
  first_seq int8 not null,
  last_seq  int8 not null
);`;
}

/** Which table's records hold a table's as a list. */
function unfoldedTables(names: HubNames): string {
  return `alter table ${names.table} add column unfolded_from text collate "C";`;
}

/**
 * What a vendor lives on: typed fields, views, issued roles, custom fields of unified models, and the runs beside the records.
 * Every change is of the catalog alone: no table is rewritten, however large.
 */
function hubServices(names: HubNames): string {
  return `
-- destination_id: whose hub this is, where the database is a vendor's own. has_readers: roles were issued, every table is secured.
alter table ${names.hub}
  add column destination_id text collate "C",
  add column has_readers boolean not null default false;

-- layout: how far this record table's own steps have come. view_name: the view of its live records.
alter table ${names.table}
  add column layout int4 not null default 1,
  add column view_name text collate "C";

-- What is needed to write the record as it was asked for, when the vendor's table takes it. is_whole: raw was not cut.
alter table ${names.quarantine}
  add column modified_at timestamptz,
  add column asked_seq int8,
  add column hash bytea,
  add column is_sanitised boolean not null default false,
  add column is_whole boolean not null default false,
  add column attempts int4 not null default 1;

-- Declared fields and how each is kept: stored | virtual | kept (by the table's trigger). filled_*: how far a back-fill has come.
create table ${names.field} (
  id                text collate "C" primary key,
  table_name        text collate "C" not null,
  name              text collate "C" not null,
  path              text not null,
  type              text not null,
  method            text not null,
  is_indexed        boolean not null,
  status            text not null,
  filled_connection int4,
  filled_record_id  text collate "C",
  failed_casts      int8,
  position          int4 not null,
  unique (table_name, name)
);

-- Views of ours, with a hash of what each was made from: made again only where that differs.
create table ${names.view} (
  name        text collate "C" primary key,
  kind        text not null,
  fingerprint text not null
);

-- Which customer a role reads; null: all of them. Policies look here, never at a setting, which its session could change.
create table ${names.reader} (
  role_name     name primary key,
  credential_id text collate "C" not null unique,
  customer_id   text collate "C"
);

-- Custom fields of unified models, copied from the control plane; customer_id '': every customer's.
create table ${names.mapping} (
  category    text not null,
  model       text not null,
  provider    text not null,
  customer_id text collate "C" not null default '',
  name        text not null,
  path        text[] not null,
  type        text not null,
  primary key (category, model, provider, customer_id, name)
);

-- Runs, written in the transactions that write their records.
create table ${names.runs} (
  run_id        text collate "C" primary key,
  sync_id       text collate "C" not null,
  connection    int4 not null,
  connection_id text collate "C" not null,
  customer_id   text collate "C" not null,
  provider      text not null,
  object        text not null,
  kind          text not null,
  trigger       text not null,
  status        text not null,
  error_code    text,
  slices        int4 not null,
  fetched       int8 not null,
  inserted      int8 not null,
  updated       int8 not null,
  deleted       int8 not null,
  unchanged     int8 not null,
  quarantined   int8 not null,
  first_seq     int8,
  last_seq      int8,
  started_at    timestamptz,
  finished_at   timestamptz,
  updated_at    timestamptz not null
);
create index on ${names.runs} (customer_id, updated_at);
create index on ${names.runs} (sync_id, updated_at);
create index on ${names.runs} (connection);

${castFunctions(names)}
revoke execute on function ${names.feedHorizon}() from public;`;
}

/** Tables have steps of their own (`table-layout/steps.ts`), each at its own pace; so has the table that keeps the versions of one. */
function layoutsOfTables(names: HubNames): string {
  return `alter table ${names.table} add column versions_layout int4 not null default 1;`;
}

/**
 * Readers stop here: the lowest position that a writer in flight registered, or the last drawn seq. The order matters:
 * first the last drawn seq, then the locks; and the page is read in a later statement. pg_sequence_last_value, because
 * \`select last_value\` reads without the page lock and can see a value up to 32 ahead.
 */
function feedHorizonFunction(names: HubNames, schema: string): string {
  return `
create function ${names.feedHorizon}() returns int8 language plpgsql volatile as $$
declare drawn int8; oldest int8; tag int8;
begin
  select lock_tag into tag from ${names.hub};
  drawn := coalesce(pg_sequence_last_value(${literal(`${names.feedSeq}`)}::regclass), 0);
  select min(((classid::int8 << 32) | objid::int8) - tag) into oldest
  from pg_locks
  where locktype = 'advisory' and objsubid = 1
    and database = (select oid from pg_database where datname = current_database())
    and ((classid::int8 << 32) | objid::int8) >= tag
    and ((classid::int8 << 32) | objid::int8) < tag + (1::int8 << 48);
  return least(drawn, oldest);
end $$;
-- For whoever looks in psql; a schema that somebody else owns keeps its own comment.
do $$ begin
  comment on schema ${names.schema} is ${literal(`Syncline hub ${schema}`)};
exception when insufficient_privilege then null;
end $$;`;
}

/**
 * A record table. The seq's default is the feed's sequence, so that COPY draws it row by row; writers register before.
 * lz4 compresses faster than pglz where the server has it; nothing fails where it has not.
 */
export function recordTable(names: HubNames, name: string, hasLz4: boolean): string {
  const table = names.record(name);
  return `
create table ${table} (
  _syncline_connection   int4 not null,
  _syncline_record_id    text collate "C" not null,
  _syncline_customer_id  text collate "C" not null,
  _syncline_hash         bytea not null,
  _syncline_seq          int8 not null default nextval(${literal(names.feedSeq)}::regclass),
  _syncline_modified_at  timestamptz,
  _syncline_synced_at    timestamptz not null,
  _syncline_deleted_at   timestamptz,
  _syncline_is_sanitised boolean not null default false,
  raw                    jsonb${hasLz4 ? ' compression lz4' : ''} not null,
  primary key (_syncline_connection, _syncline_record_id)
);
create index on ${table} (_syncline_seq);
create index on ${table} (_syncline_customer_id, _syncline_seq);
create index on ${table} (_syncline_deleted_at) where _syncline_deleted_at is not null;`;
}

/** Every version that was read, one row for each record and run. The seq is the record's place in the feed at that moment. */
export function versionsTable(names: HubNames, name: string, hasLz4: boolean): string {
  const table = names.record(name);
  return `
create table ${table} (
  _syncline_connection   int4 not null,
  _syncline_record_id    text collate "C" not null,
  _syncline_run_id       text collate "C" not null,
  _syncline_generation   int8 not null,
  _syncline_loaded_at    timestamptz not null,
  _syncline_customer_id  text collate "C" not null,
  _syncline_seq          int8 not null,
  _syncline_modified_at  timestamptz,
  _syncline_is_sanitised boolean not null,
  raw                    jsonb${hasLz4 ? ' compression lz4' : ''} not null,
  primary key (_syncline_connection, _syncline_record_id, _syncline_run_id)
);
create index on ${table} (_syncline_customer_id, _syncline_loaded_at);`;
}

export function literal(text: string): string {
  if (text.includes('\\')) throw new Error('a literal in a definition holds no backslash');
  return `'${text.replaceAll("'", "''")}'`;
}

export function newHubId(): string {
  return randomUUID();
}
