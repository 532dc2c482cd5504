import { type FieldType, fieldSqlTypes } from '../field-type.ts';
import { booleanTexts } from './expr.ts';
import { numberCharsMax, patterns } from './patterns.ts';
import { quote } from './sql-text.ts';

export const sqlTypes: Record<FieldType | 'list', string> = { ...fieldSqlTypes, list: 'jsonb' };

/** Other letters than these are no part of a code, so that no locale has a say. */
const lower = 'abcdefghijklmnopqrstuvwxyz';

/**
 * casts.ts in SQL: `text` is an expression that gives the value's text. Built-in functions only, so that every reader of a view may
 * call them, and none that can raise: the pattern comes first.
 */
export function castSql(type: Exclude<FieldType, 'json'> | 'currency', text: string): string {
  if (type === 'text') return text;
  if (type === 'currency')
    return `case when ${text} ~ ${quote(patterns.currency)} then translate(${text}, '${lower}', '${lower.toUpperCase()}') end`;
  if (type === 'number') return numberSql(text);
  if (type === 'integer') return integerSql(numberSql(text));
  if (type === 'boolean')
    return `case when ${text} in (${list(booleanTexts.true)}) then true when ${text} in (${list(booleanTexts.false)}) then false end`;
  return type === 'time' ? timeSql(text) : dateSql(text);
}

function numberSql(text: string): string {
  return `case when length(${text}) <= ${numberCharsMax} and ${text} ~ ${quote(patterns.number)} then (${text})::numeric end`;
}

function integerSql(number: string): string {
  return `case when (${number}) = trunc(${number}) and (${number}) between -9223372036854775808 and 9223372036854775807 then (${number})::int8 end`;
}

function timeSql(text: string): string {
  // Postgres would round what is finer than microseconds; the API cuts behind milliseconds.
  const cut = `regexp_replace(${text}, '([.][0-9]{3})[0-9]+', ${quote('\\1')})`;
  return `case when ${text} ~ ${quote(patterns.timeWithZone)} then ${cut}::timestamptz when ${text} ~ ${quote(patterns.timeWithoutZone)} then (${cut} || 'Z')::timestamptz when ${text} ~ ${quote(patterns.day)} then (${text} || 'T00:00:00Z')::timestamptz ${epochSql(text)} end`;
}

function dateSql(text: string): string {
  return `case when ${text} ~ ${quote(patterns.dayBefore)} then left(${text}, 10)::date else (case ${epochSql(text)} end at time zone 'UTC')::date end`;
}

function epochSql(text: string): string {
  return `when ${text} ~ ${quote(patterns.seconds)} then to_timestamp((${text})::int8) when ${text} ~ ${quote(patterns.milliseconds)} then 'epoch'::timestamptz + (${text})::int8 * interval '1 millisecond'`;
}

/** How a value of the type stands in JSON: times as the API writes them. */
export function jsonSql(type: FieldType | 'list', value: string): string {
  if (type === 'time') return `to_char((${value}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return type === 'date' ? `to_char(${value}, 'YYYY-MM-DD')` : value;
}

function list(texts: string[]): string {
  return texts.map(quote).join(', ');
}
