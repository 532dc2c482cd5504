import type pg from 'pg';
import { ident } from '../../db/sql.ts';
import type { FieldCondition } from './conditions.ts';
import { filterSql } from './filter-sql.ts';

/**
 * So many rows are fetched by a field's index and sorted in less time than a walk takes that finds them at its end: 30 ms for 5,000 of
 * 300,000 against a second, on a busy machine.
 */
const fewMax = 10_000;

/**
 * A range or a list of values cannot be read in the order of the feed. Where few records meet it they are fetched by the field's index and
 * sorted; where many do, a page fills soon on a walk along the feed. The planner cannot tell, because it does not see the values: they
 * are counted, up to `fewMax`, by the index alone. Answers the rows to read from instead of the table, as `t`; null: there are many.
 *
 * Up to the horizon records only go: what is counted before the page's snapshot is never less than what the page finds.
 */
export async function fewMatches(
  client: pg.PoolClient,
  { table, conditions, upTo }: { table: string; conditions: readonly FieldCondition[]; upTo: bigint },
): Promise<string | null> {
  const column = conditions.find(({ type }) => type !== 'boolean')?.column;
  if (column === undefined) return null;
  const own = filterSql(conditions).filter((_, n) => conditions[n]!.column === column);
  const rows = (shown: string, limit: number) => `(select ${shown} from ${table} t
      where ${own.join(' and ')} and t._syncline_seq <= ${upTo}
      order by t.${ident(column)} limit ${limit})`;
  const counted = await client.query<{ count: string }>(`select count(*) as count from ${rows('', fewMax + 1)} t`);
  return Number(counted.rows[0]!.count) > fewMax ? null : rows('t.*', fewMax);
}
