import fc from 'fast-check';
import { compilePath } from '../../../src/base/path.ts';

/** JSON texts that have been somebody's trouble: near misses of every type, and the types themselves. */
const odd = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '-0',
    '0.10',
    '1e3',
    '1E-7',
    '12345678901234567890.123456789',
    '9223372036854775807',
    '-9223372036854775809',
  ],
  ...['[]', '{}', '[null]', '[{}]', '[{"value":""}]', '[{"value":"a","label":null}]', '{"value":1}', '[[1]]', '1e100', '-1.50'],
  ...['""', '" "', '"true"', '"True"', '"TRUE"', '"tRUE"', '"yes"', '"1"', '"null"', '"{}"', '"é\\n\\"\\\\"', '"\\u2028"'],
  ...[
    '"12.50"',
    '" 12.50 "',
    '"+.5"',
    '"5."',
    '"-0.00"',
    '"007"',
    '"1,000"',
    '"1e400"',
    '"1e-400"',
    '"NaN"',
    '"Infinity"',
    '"0x10"',
    '"1_000"',
  ],
  ...['"2024-02-29"', '"2023-02-29"', '"1900-02-29"', '"2000-02-29"', '"2024-13-01"', '"2024-04-31"', '"0000-01-01"', '"0999-12-31"'],
  ...['"2024-03-10T02:30:00"', '"2024-03-10 02:30"', '"2024-06-30T23:59:60Z"', '"2024-01-01T24:00:00Z"', '"2024-01-01T00:00:00.9999999Z"'],
  ...['"2024-01-01T00:00:00.5+05:30"', '"2024-01-01T00:00:00.123456+0530"', '"2024-01-01T00:00:00-14"', '"2024-01-01T00:00:00+15:00"'],
  ...[
    '"9999-12-31T23:59:59-01:00"',
    '"9999-12-31T23:59:59Z"',
    '"1000-01-01T00:00:00+14:00"',
    '"infinity"',
    '"now"',
    '"today"',
    '"epoch"',
    '"2024-1-1"',
  ],
  ...[
    '1700000000',
    '"1700000000"',
    '1700000000123',
    '"1700000000123"',
    '123456789',
    '12345678',
    '99999999999',
    '9999999999999',
    '17000000000.5',
  ],
  ...['"usd"', '"EUR"', '"euro"', '"jpy"', '"bhd"', '"ſsd"', '"İ"', '"001A"', '"Call"', '"open"'],
];

const day = fc.date({ noInvalidDate: true, min: new Date('0990-01-01'), max: new Date('9999-12-31') });
export const oddValue = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...odd) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 2 }).filter(isStorable) },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'binary' })
      .map((text) => JSON.stringify(text))
      .filter(isStorable),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: -20, max: 20 })).map(([n, e]) => `"${n}e${e}"`),
  },
  { weight: 2, arbitrary: fc.stringMatching(/^ ?[+-]?[0-9]{0,25}[.]?[0-9]{0,25}$/).map((text) => `"${text}"`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(day, fc.constantFrom('', 'Z', '+02', '-0330', '+14:00'))
      .map(([at, zone]) => `"${at.toISOString().slice(0, -1)}${zone}"`),
  },
);

/** What jsonb refuses is replaced before anything is stored. */
function isStorable(text: string): boolean {
  return !text.includes('\\u0000') && !/\\ud[89a-f]/i.test(text) && text.isWellFormed();
}

/** A record with something else at one of these places. */
export function mutated(records: readonly string[], paths: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...records, '{}'), fc.array(fc.tuple(fc.constantFrom(...paths), oddValue), { minLength: 1, maxLength: 6 }))
    .map(([record, edits]) => edits.reduce((text, [path, given]) => withValue(text, path, given), record));
}

/** JSON text in, JSON text out: the value keeps every digit. */
function withValue(record: string, path: string, given: string): string {
  const root = JSON.parse(record) as Record<string, unknown>;
  const { alternatives } = compilePath(path);
  const segments = alternatives.at(-1)!;
  const mark = `mark ${segments.length} ${record.length}`;
  let at = root;
  for (const segment of segments.slice(0, -1)) {
    const next = at[segment];
    if (typeof next === 'object' && next !== null) at = next as Record<string, unknown>;
    else at = at[segment] = {} as never;
  }
  at[segments.at(-1)!] = mark;
  return JSON.stringify(root).replace(JSON.stringify(mark), () => given);
}
