import type { FieldType } from '../../base/field-type.ts';
import type { HubField } from '../fields/types.ts';
import { refused } from './refusals.ts';
import type { FieldFilter, Scalar } from './types.ts';

type Operator = keyof FieldFilter;

/** One condition on a declared field. Values are text that fits the field's type: what Postgres casts cannot fail. */
export interface FieldCondition {
  column: string;
  type: FieldType;
  operator: Operator;
  value: string | string[];
}

/** The field of that name, or a refusal that says what there is at the place. */
export type FindField = (name: string, at: string) => { name: string; type: FieldType };

/** Filters by name, against the fields that there are. The order is the same however they were given. */
export function conditionsOf(filters: Record<string, FieldFilter>, find: FindField): FieldCondition[] {
  return Object.entries(filters)
    .flatMap(([name, filter]) => ofField(name, filter, find))
    .sort((a, b) => (`${a.column} ${a.operator}` < `${b.column} ${b.operator}` ? -1 : 1));
}

/** Of those that a table has: they are ready and have an index. */
export function amongDeclared(fields: readonly HubField[]): FindField {
  return (name, at) => {
    const field = fields.find((candidate) => candidate.name === name);
    if (!field) throw refused(at, 'No such field is declared for this object. Declare it with createField, with an index.');
    if (field.status !== 'ready') throw refused(at, 'This field is not ready yet: it is still being filled. Its status says when it is.');
    if (!field.isIndexed) throw refused(at, 'This field has no index. Give it one with updateField.');
    return field;
  };
}

function ofField(name: string, filter: FieldFilter, find: FindField): FieldCondition[] {
  const at = `filter.${name.slice(0, 100)}`;
  const field = find(name, at);
  return Object.entries(filter).map(([operator, given]) => {
    if (!isPossible(field.type, operator as Operator))
      throw refused(`${at}.${operator}`, `A field of type ${field.type} is not compared so.`);
    const toText = (value: Scalar) => valueText(field.type, value, `${at}.${operator}`);
    const value = Array.isArray(given) ? given.map(toText) : toText(given as Scalar);
    return { column: field.name, type: field.type, operator: operator as Operator, value };
  });
}

function isPossible(type: FieldType, operator: Operator): boolean {
  if (type === 'json') return false;
  return type !== 'boolean' || operator === 'eq' || operator === 'in';
}

const numberText = /^[+-]?(\d{1,200}(\.\d{0,200})?|\.\d{1,200})([eE][+-]?\d{1,3})?$/;
const integerText = /^[+-]?\d{1,19}$/;
const timeText = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/;
const dateText = /^\d{4}-\d{2}-\d{2}$/;
const int8Max = 2n ** 63n - 1n;

function valueText(type: FieldType, value: Scalar, at: string): string {
  const given = String(value);
  if (type === 'text' && typeof value === 'string') return value;
  if (type === 'boolean' && (given === 'true' || given === 'false')) return given;
  if (type === 'number' && typeof value !== 'boolean' && numberText.test(given)) return given;
  if (type === 'integer' && typeof value !== 'boolean' && isInteger(given)) return given;
  if (type === 'time' && isTime(given)) return given;
  if (type === 'date' && dateText.test(given) && isDay(given)) return given;
  throw refused(at, `Must be ${said[type]}.`);
}

const said: Record<FieldType, string> = {
  text: 'text',
  number: 'a number; one with more digits than JSON readers keep as text',
  integer: 'a whole number of at most 64 bits; a large one as text',
  boolean: 'true or false',
  time: 'a time with its zone, such as 2026-11-20T12:00:00Z',
  date: 'a date, such as 2026-11-20',
  json: 'compared by another field: JSON is not',
};

function isInteger(given: string): boolean {
  return integerText.test(given) && BigInt(given.replace('+', '')) <= int8Max && BigInt(given.replace('+', '')) >= -int8Max - 1n;
}

function isTime(given: string): boolean {
  const day = timeText.exec(given)?.[1];
  return day !== undefined && isDay(day) && !Number.isNaN(Date.parse(given));
}

/** A day that the calendar has: `2026-02-30` is read as the second of March by some. */
function isDay(given: string): boolean {
  const time = Date.parse(`${given}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(given) && !given.startsWith('0000');
}
