import { isJsonObject, type Json } from '../json.ts';
import { searchProblem } from './errors.ts';

export interface Filter {
  property: string;
  operator: string;
  value: string;
  highValue: string;
  values: string[];
}

/** https://developers.hubspot.com/docs/guides/api/crm/search#limits-to-search */
const groupsMax = 5;
const filtersPerGroupMax = 6;
const filtersMax = 18;

const needsValue = new Set(['EQ', 'NEQ', 'LT', 'LTE', 'GT', 'GTE', 'CONTAINS_TOKEN', 'NOT_CONTAINS_TOKEN']);
const needsValues = new Set(['IN', 'NOT_IN']);
const needsNothing = new Set(['HAS_PROPERTY', 'NOT_HAS_PROPERTY']);

/** Groups are joined by OR, the filters of a group by AND. */
export function readFilterGroups(value: Json | undefined, known: ReadonlySet<string>): Filter[][] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw searchProblem('filterGroups must be a list');
  if (value.length > groupsMax) throw searchProblem(`At most ${groupsMax} filter groups are allowed`);
  const groups = value.map((group) => {
    const filters = isJsonObject(group) ? group.filters : undefined;
    if (!Array.isArray(filters)) throw searchProblem('A filter group needs filters');
    if (filters.length > filtersPerGroupMax) throw searchProblem(`At most ${filtersPerGroupMax} filters per group are allowed`);
    return filters.map((filter) => readFilter(filter, known));
  });
  if (groups.flat().length > filtersMax) throw searchProblem(`At most ${filtersMax} filters are allowed`);
  return groups;
}

function readFilter(filter: Json, known: ReadonlySet<string>): Filter {
  if (!isJsonObject(filter)) throw searchProblem('A filter must be an object');
  for (const name of Object.keys(filter)) {
    if (!['propertyName', 'operator', 'value', 'highValue', 'values'].includes(name))
      throw searchProblem(`Unknown field of a filter: ${name}`);
  }
  const [property, operator] = [String(filter.propertyName ?? ''), String(filter.operator ?? '')];
  if (!known.has(property)) throw searchProblem(`Property "${property}" does not exist`);
  const has = (name: string) => filter[name] !== undefined && filter[name] !== null;
  if (needsValue.has(operator) && !has('value')) throw searchProblem(`operator ${operator} requires a value`);
  if (operator === 'BETWEEN' && !(has('value') && has('highValue')))
    throw searchProblem('operator BETWEEN requires a value and a highValue');
  if (needsValues.has(operator) && !Array.isArray(filter.values)) throw searchProblem(`operator ${operator} requires values`);
  if (!needsValue.has(operator) && !needsValues.has(operator) && !needsNothing.has(operator) && operator !== 'BETWEEN') {
    throw searchProblem(`Unknown operator: ${operator}`);
  }
  const text = (value: Json | undefined) => (value === undefined || value === null ? '' : String(value));
  const values = Array.isArray(filter.values) ? filter.values.map(text) : [];
  return { property, operator, value: text(filter.value), highValue: text(filter.highValue), values };
}

export function isMatch(groups: Filter[][], readValue: (property: string) => string | null | undefined): boolean {
  return groups.length === 0 || groups.some((group) => group.every((filter) => holds(filter, readValue(filter.property) ?? null)));
}

function holds({ operator, value, highValue, values }: Filter, actual: string | null): boolean {
  if (operator === 'HAS_PROPERTY') return actual !== null && actual !== '';
  if (operator === 'NOT_HAS_PROPERTY') return actual === null || actual === '';
  if (operator === 'NEQ') return actual === null || compare(actual, value) !== 0;
  if (operator === 'NOT_IN') return actual === null || !values.some((one) => compare(actual, one) === 0);
  if (operator === 'NOT_CONTAINS_TOKEN') return actual === null || !containsToken(actual, value);
  if (actual === null) return false;
  switch (operator) {
    case 'EQ':
      return compare(actual, value) === 0;
    case 'LT':
      return compare(actual, value) < 0;
    case 'LTE':
      return compare(actual, value) <= 0;
    case 'GT':
      return compare(actual, value) > 0;
    case 'GTE':
      return compare(actual, value) >= 0;
    case 'BETWEEN':
      return compare(actual, value) >= 0 && compare(actual, highValue) <= 0;
    case 'IN':
      return values.some((one) => compare(actual, one) === 0);
    default:
      return containsToken(actual, value);
  }
}

/** Numbers by size, times by moment (a filter gives milliseconds or ISO 8601), everything else as text without case. */
function compare(actual: string, wanted: string): number {
  if (/^-?\d+(\.\d+)?$/.test(actual) && /^-?\d+(\.\d+)?$/.test(wanted)) {
    if (/^\d+$/.test(actual) && /^\d+$/.test(wanted)) return sign(BigInt(actual) - BigInt(wanted));
    return Number(actual) - Number(wanted);
  }
  if (isoTime.test(actual)) {
    const moment = /^\d+$/.test(wanted) ? Number(wanted) : Date.parse(wanted);
    if (!Number.isNaN(moment)) return Date.parse(actual) - moment;
  }
  const [a, b] = [actual.toLowerCase(), wanted.toLowerCase()];
  return a < b ? -1 : a > b ? 1 : 0;
}

const isoTime = /^\d{4}-\d{2}-\d{2}T/;

function sign(value: bigint): number {
  return value < 0n ? -1 : value > 0n ? 1 : 0;
}

function containsToken(actual: string, token: string): boolean {
  const pattern = token
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\?]/g, '\\$&')
    .replaceAll('*', '.*');
  return (
    actual
      .toLowerCase()
      .split(/[\s@.,]+/)
      .some((word) => new RegExp(`^${pattern}$`).test(word)) || actual.toLowerCase() === token.toLowerCase()
  );
}
