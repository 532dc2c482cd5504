import { fieldSqlTypes } from '../../base/field-type.ts';
import { ident } from '../../db/sql.ts';
import { literal } from '../layout.ts';
import type { FieldCondition } from './conditions.ts';

/** The session's setting that carries the values of the filters into the statement: an array, in the order of the conditions. */
export const filterSetting = 'syncline.filter';

const operators = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** The columns come from our registry, or are what a mapping makes of a record; the values from the setting: nothing that a caller wrote is part of the text. */
export function filterSql(conditions: readonly FieldCondition[], sqlOf = columnOf): string[] {
  return conditions.map((condition, n) => {
    const column = sqlOf(condition.column);
    const type = fieldSqlTypes[condition.type];
    if (condition.operator === 'in') return `${column} = any (array(select v::${type} from jsonb_array_elements_text(${given} -> ${n}) v))`;
    return `${column} ${operators[condition.operator]} ${valueSql(condition, n)}`;
  });
}

function columnOf(column: string): string {
  return `t.${ident(column)}`;
}

export function valueSql({ type }: FieldCondition, n: number): string {
  return `(${handedOver(n)})::${fieldSqlTypes[type]}`;
}

function handedOver(n: number): string {
  return `${given} ->> ${n}`;
}

export function filterValues(conditions: readonly FieldCondition[]): string {
  return JSON.stringify(conditions.map(({ value }) => value));
}

const given = `current_setting(${literal(filterSetting)})::jsonb`;
