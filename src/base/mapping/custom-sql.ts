import { type FieldType, fieldTypes } from '../field-type.ts';
import { castSql, jsonSql } from './cast-sql.ts';

/**
 * The value of a custom field whose path (`text[]`) and type stand in columns, as JSON: the same as the expression of that type gives.
 */
export function customValueSql({ raw, path, type }: { raw: string; path: string; type: string }): string {
  const text = `nullif(${raw} #>> ${path}, '')`;
  const branch = (one: FieldType) =>
    one === 'json' ? `nullif(${raw} #> ${path}, 'null'::jsonb)` : `to_jsonb(${jsonSql(one, `(${castSql(one, text)})`)})`;
  return `case ${type} ${fieldTypes.map((one) => `when '${one}' then ${branch(one)}`).join(' ')} end`;
}
