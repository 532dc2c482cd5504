import { isExactNumber, type Json } from '../../json.ts';
import type { Store } from '../../store/store.ts';
import type { Entry, Row } from '../../store/types.ts';
import { SalesforceRefusal, unknownField } from '../errors.ts';
import type { Field } from '../fields.ts';
import { fieldValue, idOf } from '../records.ts';
import type { Comparison, Condition, Literal, Query } from './parse.ts';

/** The query with names as the object writes them, and a test for each record. */
export interface Plan {
  names: string[] | null;
  order: Query['order'];
  matches: (row: Row) => boolean;
  /** Nothing below can match. */
  updatedFrom: number;
  idAfter: string | null;
}

const numeric = new Set(['double', 'int', 'currency', 'percent', 'long']);
const unsortable = new Set(['address', 'base64', 'location']);

export function planQuery(query: Query, fields: Field[], objectName: string): Plan {
  const byName = new Map(fields.map((field) => [field.name.toLowerCase(), field]));
  const field = (name: string): Field => {
    const found = byName.get(name.toLowerCase());
    if (!found) throw unknownField(name, objectName);
    return found;
  };
  const names = query.fields?.map((name) => field(name).name) ?? null;
  if (names && new Set(names).size < names.length) throw new SalesforceRefusal(400, 'INVALID_FIELD', 'duplicate field selected');
  const order = query.order.map((rule) => {
    const { name, type } = field(rule.field);
    if (unsortable.has(type)) throw new SalesforceRefusal(400, 'INVALID_FIELD', `field '${name}' can not be sorted in a query call`);
    return { ...rule, field: name };
  });
  const matches = query.where ? compile(query.where, field) : () => true;
  return { names, order, matches, ...bounds(query.where) };
}

/** Records in the order asked for. Id and SystemModstamp, the orders of a sync, need no sorting. */
export function run(plan: Plan, store: Store, withDeleted: boolean): Entry[] {
  const deleted = withDeleted ? 'include' : 'exclude';
  const [first] = plan.order;
  const isById = plan.updatedFrom === 0 && (first === undefined || (first.field === 'Id' && !first.isDescending));
  const entries = isById ? store.byId(plan.idAfter, deleted) : store.byUpdated(plan.updatedFrom, null, deleted);
  const hits: Entry[] = [];
  for (const entry of entries) if (plan.matches(store.rowOf(entry))) hits.push(entry);
  const isInOrder = isById || (!first?.isDescending && first?.field === 'SystemModstamp' && isIdOrNothing(plan.order.slice(1)));
  return isInOrder ? hits : sorted(hits, plan.order, store);
}

function isIdOrNothing(rest: Query['order']): boolean {
  return rest.length === 0 || (rest[0]?.field === 'Id' && !rest[0].isDescending);
}

function sorted(entries: Entry[], order: Query['order'], store: Store): Entry[] {
  const keyed = entries.map((entry) => {
    const row = store.rowOf(entry);
    return { entry, id: idOf(store, entry), keys: order.map(({ field }) => fieldValue(row, field)) };
  });
  keyed.sort((a, b) => {
    for (const [i, rule] of order.entries()) {
      const difference = compareForOrder(a.keys[i] ?? null, b.keys[i] ?? null, rule);
      if (difference !== 0) return difference;
    }
    return store.model.compareIds(a.id, b.id);
  });
  return keyed.map(({ entry }) => entry);
}

/** Nulls come first unless NULLS LAST says otherwise, whatever the direction. */
function compareForOrder(a: Json, b: Json, rule: Query['order'][number]): number {
  if (a === null || b === null) return a === b ? 0 : (a === null) === rule.nullsLast ? 1 : -1;
  return compareValues(a, b) * (rule.isDescending ? -1 : 1);
}

type Test = (row: Row) => boolean;

function compile(condition: Condition, field: (name: string) => Field): Test {
  switch (condition.kind) {
    case 'and': {
      const parts = condition.parts.map((part) => compile(part, field));
      return (row) => parts.every((part) => part(row));
    }
    case 'or': {
      const parts = condition.parts.map((part) => compile(part, field));
      return (row) => parts.some((part) => part(row));
    }
    case 'not': {
      const part = compile(condition.part, field);
      return (row) => !part(row);
    }
    case 'in': {
      const { name } = field(condition.field);
      const wanted = condition.literals.map((literal) => typedValue(literal, field(condition.field)));
      return (row) => wanted.some((value) => isEqual(fieldValue(row, name), value, name)) !== condition.isNegated;
    }
    case 'compare': {
      const definition = field(condition.field);
      const wanted = typedValue(condition.literal, definition);
      return (row) => holds(condition.operator, fieldValue(row, definition.name), wanted, definition.name);
    }
  }
}

function holds(operator: Comparison, actual: Json, wanted: Json, name: string): boolean {
  if (operator === '=') return isEqual(actual, wanted, name);
  if (operator === '!=') return !isEqual(actual, wanted, name);
  if (actual === null || wanted === null) return false;
  if (operator === 'like') return likePattern(String(wanted)).test(String(actual));
  const difference = compareValues(actual, wanted);
  if (operator === '<') return difference < 0;
  if (operator === '<=') return difference <= 0;
  return operator === '>' ? difference > 0 : difference >= 0;
}

/** Texts are equal without regard to case; ids are not, and a short one of 15 characters is the same as the long one. */
function isEqual(actual: Json, wanted: Json, name: string): boolean {
  if (actual === null || wanted === null) return actual === wanted;
  if (name.endsWith('Id') && typeof actual === 'string' && typeof wanted === 'string' && actual.length === 18) {
    return wanted.length === 15 ? actual.startsWith(wanted) : actual === wanted;
  }
  return compareValues(actual, wanted) === 0;
}

const moment = /^\d{4}-\d{2}-\d{2}T.*\+0000$/;

function compareValues(a: Json, b: Json): number {
  const [x, y] = [comparable(a), comparable(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function comparable(value: Json): number | string {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (isExactNumber(value)) return Number(value.rawJSON);
  const text = String(value);
  return moment.test(text) ? Date.parse(text.replace('+0000', 'Z')) : text.toLowerCase();
}

/** A literal must be of the field's type: Salesforce refuses a quoted time and an unquoted text. */
function typedValue(literal: Literal, { name, type }: Field): Json {
  if (literal.kind === 'null') return null;
  const refuse = (wanted: string, quotes: string) =>
    new SalesforceRefusal(
      400,
      'INVALID_FIELD',
      `value of filter criterion for field '${name}' must be of type ${wanted} and should ${quotes}be enclosed in quotes`,
    );
  if (type === 'datetime') {
    if (literal.kind !== 'datetime') throw refuse('dateTime', 'not ');
    return `${new Date(literal.text).toISOString().replace('Z', '+0000')}`;
  }
  if (type === 'date') {
    if (literal.kind !== 'date') throw refuse('date', 'not ');
    return literal.text;
  }
  if (type === 'boolean') {
    if (literal.kind !== 'boolean') throw refuse('boolean', 'not ');
    return literal.value;
  }
  if (numeric.has(type)) {
    if (literal.kind !== 'number') throw refuse('double', 'not ');
    return Number(literal.text);
  }
  if (literal.kind !== 'string') throw refuse('string', '');
  return literal.text;
}

function likePattern(text: string): RegExp {
  let pattern = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === '\\' && /[%_]/.test(text[i + 1] ?? '')) pattern += text[++i];
    else if (char === '%') pattern += '.*';
    else if (char === '_') pattern += '.';
    else pattern += char.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  }
  return new RegExp(`^${pattern}$`, 'is');
}

/** What every match must reach: found in the parts that are joined by AND. */
function bounds(where: Condition | null): { updatedFrom: number; idAfter: string | null } {
  let updatedFrom = 0;
  let idAfter: string | null = null;
  const parts = where === null ? [] : where.kind === 'and' ? where.parts : [where];
  for (const part of parts) {
    if (part.kind !== 'compare' || !/^(>=?|=)$/.test(part.operator)) continue;
    const name = part.field.toLowerCase();
    if (name === 'systemmodstamp' && part.literal.kind === 'datetime') updatedFrom = Math.max(updatedFrom, Date.parse(part.literal.text));
    if (name === 'id' && part.operator === '>' && part.literal.kind === 'string') idAfter = part.literal.text;
  }
  return { updatedFrom, idAfter };
}
