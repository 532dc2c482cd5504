import { createHash } from 'node:crypto';
import pg from 'pg';
import { type FieldType, fieldSqlTypes } from '../../base/field-type.ts';
import { compilePath } from '../../base/path.ts';
import { ident } from '../../db/sql.ts';
import type { HubNames } from '../names.ts';

export interface FieldDefinition {
  name: string;
  path: string;
  type: FieldType;
  isIndexed: boolean;
}

/** Longer values do not fit an index row (a third of a page): they are null in an indexed column, and counted. */
export const indexedBytesMax = 2_000;

/** The value at the field's path as jsonb. A path is a vendor's text: it stands in definitions, where no parameter can. */
export function sourceSql({ path }: Pick<FieldDefinition, 'path'>, raw: string): string {
  return `${raw} #> ${segmentsSql(path)}`;
}

/** The same as text, without quotes around a string. */
export function sourceTextSql({ path }: Pick<FieldDefinition, 'path'>, raw: string): string {
  return `${raw} #>> ${segmentsSql(path)}`;
}

/** What stands in the column: the value in its type, or null where it does not fit. Never raises, or records would be refused. */
export function valueSql(names: HubNames, field: Omit<FieldDefinition, 'name'>, raw: string): string {
  const source = sourceSql(field, raw);
  const given = sourceTextSql(field, raw);
  switch (field.type) {
    case 'text':
      return field.isIndexed ? `case when octet_length(${given}) <= ${indexedBytesMax} then ${given} end` : given;
    case 'number':
      return field.isIndexed
        ? `case when length(${given}) <= ${indexedBytesMax} then ${names.toNumber}(${source}) end`
        : `${names.toNumber}(${source})`;
    case 'integer':
      return `${names.toInteger}(${source})`;
    case 'boolean':
      return `${names.toBoolean}(${source})`;
    case 'time':
      return `${names.toTime}(${source})`;
    case 'date':
      return `${names.toDate}(${source})`;
    case 'json':
      return source;
    default:
      throw new Error(`unknown field type ${String(field.type satisfies never)}`);
  }
}

/** Rewrites the table: for small ones only. */
export function addStoredColumn(names: HubNames, table: string, field: FieldDefinition): string {
  return `alter table ${names.record(table)}
  add column ${ident(field.name)} ${fieldSqlTypes[field.type]} generated always as (${valueSql(names, field, 'raw')}) stored`;
}

/** A change of the catalog alone; the trigger keeps the column from here on. */
export function addKeptColumn(names: HubNames, table: string, field: FieldDefinition): string {
  return `alter table ${names.record(table)} add column ${ident(field.name)} ${fieldSqlTypes[field.type]}`;
}

/** The one trigger of a table, over all its kept columns. None: none, or it would slow every COPY for nothing. */
export function keepColumns(names: HubNames, schema: string, table: string, fields: FieldDefinition[]): string {
  const name = `_syncline_kept_${createHash('sha256').update(table).digest('hex').slice(0, 16)}`;
  const target = names.record(table);
  const called = `${ident(schema)}.${ident(name)}`;
  if (fields.length === 0) return `drop trigger if exists ${ident(trigger)} on ${target};\ndrop function if exists ${called}()`;
  const body = [
    'begin',
    ...fields.map((field) => `  new.${ident(field.name)} := ${valueSql(names, field, 'new.raw')};`),
    '  return new;',
    'end',
  ].join('\n');
  return `create or replace function ${called}() returns trigger language plpgsql as ${pg.escapeLiteral(body)};
create or replace trigger ${ident(trigger)} before insert or update of raw on ${target} for each row execute function ${called}();
revoke execute on function ${called}() from public;`;
}

const trigger = '_syncline_kept';

/** By value and then by place in the feed: a page of matches is a range. */
export function createIndex(names: HubNames, table: string, field: Pick<FieldDefinition, 'name'> & { id: string }): string {
  return `create index concurrently ${ident(indexName(field.id))} on ${names.record(table)} (${ident(field.name)}, _syncline_seq)`;
}

export function indexName(fieldId: string): string {
  return `_syncline_${fieldId}`;
}

function segmentsSql(path: string): string {
  const [segments] = compilePath(path).alternatives;
  return `array[${segments!.map((segment) => pg.escapeLiteral(segment)).join(', ')}]`;
}
