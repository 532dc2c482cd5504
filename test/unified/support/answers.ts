import type pg from 'pg';
import { expect } from 'vitest';
import type { FieldType } from '../../../src/base/field-type.ts';
import { jsonSql } from '../../../src/base/mapping/cast-sql.ts';
import { compileMapper, compileWriter } from '../../../src/base/mapping/evaluate.ts';
import type { Expr } from '../../../src/base/mapping/expr.ts';
import { type SourceRow, sourceRowOf } from '../../../src/base/mapping/sources.ts';
import { columnsSql, projectionSql, sourceColumnsSql, sourceTextsSql } from '../../../src/base/mapping/to-sql.ts';

export interface Mapped {
  fields: Record<string, Expr>;
  types: Record<string, FieldType | 'list'>;
}

/** What both sides make of each record, as JSON text that Postgres wrote: numbers with every digit, members in one order. */
export async function bothAnswers(pool: pg.Pool, mapped: Mapped, records: string[]): Promise<{ mapper: string[]; view: string[] }> {
  const map = compileMapper(mapped);
  const columns = columnsSql(mapped, { alias: 's', types: mapped.types });
  const members = columns.map(({ name, sql }) => `select '${name}' as name, to_jsonb(${jsonSql(mapped.types[name]!, sql)}) as value`);
  const { rows } = await pool.query<{ sources: SourceRow; texts: (string | null)[]; view: string }>(
    `select ${projectionSql(mapped, 'r.raw')} as sources,
            ${sourceTextsSql(mapped, 'r.raw')} as texts,
            (select jsonb_object_agg(m.name, coalesce(m.value, 'null')) from (${members.join(' union all ')}) m)::text as view
     from unnest($1::jsonb[]) with ordinality r(raw, place)
     cross join lateral (select ${['null as nothing', ...sourceColumnsSql(mapped, 'r.raw')].join(', ')} offset 0) s
     order by r.place`,
    [records],
  );
  const rowOf = sourceRowOf(mapped);
  for (const { sources, texts } of rows) expect(rowOf(texts)).toEqual(sources);
  const write = compileWriter(mapped);
  const mapper = rows.map(({ sources }) => `{${write(sources)}}`);
  const byField = rows.map(({ sources }) => `{${Object.entries(map(sources)).map(([name, value]) => `${JSON.stringify(name)}:${value}`)}}`);
  expect(mapper).toEqual(byField);
  const normal = await pool.query<{ text: string }>(
    'select u.answer::text as text from unnest($1::jsonb[]) with ordinality u(answer, place) order by u.place',
    [mapper],
  );
  return { mapper: normal.rows.map(({ text }) => text), view: rows.map(({ view }) => view) };
}
