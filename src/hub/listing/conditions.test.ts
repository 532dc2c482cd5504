import { describe, expect, test } from 'vitest';
import type { FieldType } from '../../base/field-type.ts';
import type { HubField } from '../fields/types.ts';
import { amongDeclared, conditionsOf } from './conditions.ts';
import { filterSql, filterValues } from './filter-sql.ts';
import { parseFilter } from './filters.ts';

const field = (name: string, type: FieldType, rest: Partial<HubField> = {}): HubField => ({
  ...{ id: name, table: 'crm_contact', name, path: name, type, isIndexed: true, status: 'ready', failedCasts: 0 },
  ...rest,
});
const fields = [
  field('email', 'text'),
  field('amount', 'number'),
  field('size', 'integer'),
  field('open', 'boolean'),
  field('at', 'time'),
  field('day', 'date'),
  field('tags', 'json'),
  field('slow', 'text', { isIndexed: false }),
  field('young', 'text', { status: 'adding' }),
];
const conditions = (filter: unknown) => conditionsOf(parseFilter(JSON.stringify(filter)), amongDeclared(fields));

test('the values of a filter are no part of the statement: they are handed over beside it', () => {
  const hostile = "'; drop table crm_contact; --";
  const found = conditions({ email: { eq: hostile }, amount: { gte: 1, lt: '5.5' } });
  const sql = filterSql(found).join(' and ');
  expect(sql).not.toContain('drop');
  expect(sql).toBe(
    [
      `t."amount" >= (current_setting('syncline.filter')::jsonb ->> 0)::numeric`,
      `t."amount" < (current_setting('syncline.filter')::jsonb ->> 1)::numeric`,
      `t."email" = (current_setting('syncline.filter')::jsonb ->> 2)::text`,
    ].join(' and '),
  );
  expect(JSON.parse(filterValues(found))).toEqual(['1', '5.5', hostile]);
});

test('the same filter is the same however its members stand', () => {
  expect(conditions({ amount: { lt: 5, gte: 1 }, email: { in: ['a'] } })).toEqual(
    conditions({ email: { in: ['a'] }, amount: { gte: 1, lt: 5 } }),
  );
});

describe('X17 what is no filter is refused with its place', () => {
  test.each([
    ['not JSON', 'filter'],
    ['[]', 'filter'],
    ['null', 'filter'],
    ['1', 'filter'],
    ['{}', 'filter'],
    ['{"a":{"eq":1},"b":{"eq":1},"c":{"eq":1},"d":{"eq":1},"e":{"eq":1},"f":{"eq":1}}', 'filter'],
    ['{"email":{}}', 'filter.email'],
    ['{"email":"a"}', 'filter.email'],
    ['{"email":{"like":"a"}}', 'filter.email'],
    ['{"email":{"eq":null}}', 'filter.email.eq'],
    ['{"email":{"eq":["a"]}}', 'filter.email.eq'],
    ['{"email":{"in":[]}}', 'filter.email.in'],
    ['{"email":{"eq":"a\\u0000"}}', 'filter.email.eq'],
    ['{"email":{"eq":"\\ud800"}}', 'filter.email.eq'],
    ['{"size":{"eq":12345678901234567890}}', 'filter.size.eq'],
    [`{"email":{"in":[${'"a",'.repeat(100)}"a"]}}`, 'filter.email.in'],
  ])('%.40s', (given, place) => {
    expect(issueOf(() => parseFilter(given)).path).toBe(place);
  });

  test.each([
    [{ nothing: { eq: 'a' } }, 'filter.nothing'],
    [{ raw: { eq: 'a' } }, 'filter.raw'],
    [{ _syncline_seq: { eq: 'a' } }, 'filter._syncline_seq'],
    [{ constructor: { eq: 'a' } }, 'filter.constructor'],
    [JSON.parse('{"__proto__":{"eq":"a"}}'), 'filter.__proto__'],
    [{ 'email" or true --': { eq: 'a' } }, 'filter.email" or true --'],
    [{ slow: { eq: 'a' } }, 'filter.slow'],
    [{ young: { eq: 'a' } }, 'filter.young'],
    [{ tags: { eq: 'a' } }, 'filter.tags.eq'],
    [{ open: { gt: true } }, 'filter.open.gt'],
  ])('%j', (filter, place) => {
    expect(issueOf(() => conditions(filter)).path).toBe(place);
  });

  test.each([
    ['email', [1, true], ['', 'a', '\\', "o'"]],
    ['amount', ['', 'a', 'NaN', '1e1000', '0x1', true, '1 or 1=1', ' 1'], [1, -1.5, '1e3', '.5', '12345678901234567890.12']],
    ['size', ['', '1.5', 1.5, '9223372036854775808', '-9223372036854775809', true], [0, '9223372036854775807', '-9223372036854775808']],
    ['open', ['yes', 1, ''], [true, false, 'true']],
    ['at', ['', 'now', '2026-02-30T00:00:00Z', '2026-01-01T00:00:00', '0000-01-01T00:00:00Z', 1], ['2026-01-01T00:00:00.123456+02:00']],
    ['day', ['', 'today', '2026-13-01', '2026-02-29', 'infinity', 20260101], ['2026-02-28', '9999-12-31']],
  ] as [string, unknown[], unknown[]][])('%s takes what fits its type only', (name, wrong, right) => {
    for (const value of wrong) expect(issueOf(() => conditions({ [name]: { eq: value } })).path, String(value)).toBe(`filter.${name}.eq`);
    for (const value of right) expect(conditions({ [name]: { eq: value } })[0]?.value, String(value)).toBe(String(value));
    expect(issueOf(() => conditions({ [name]: { in: [right[0], wrong[0]] } })).path).toBe(`filter.${name}.in`);
  });
});

function issueOf(work: () => unknown): { path: string } {
  try {
    work();
  } catch (error) {
    expect(error).toMatchObject({ code: 'input_invalid' });
    return (error as { issues: { path: string }[] }).issues[0]!;
  }
  throw new Error('it was not refused');
}
