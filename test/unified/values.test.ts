import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Expr, typeOf } from '../../src/base/mapping/expr.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { testPool } from '../support/pool.ts';
import { bothAnswers } from './support/answers.ts';
import { vendorPool } from './support/servers.ts';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = vendorPool(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** The expression, the record, and the JSON text that both sides must give. */
const literals: [Expr, string, string][] = [
  [{ text: 'a' }, '{"a":"Ada"}', '"Ada"'],
  [{ text: 'a' }, '{"a":""}', 'null'],
  [{ text: 'a' }, '{"a":null}', 'null'],
  [{ text: 'a' }, '{}', 'null'],
  [{ text: 'a' }, '{"a":12.50}', '"12.50"'],
  [{ text: 'a' }, '{"a":true}', '"true"'],
  [{ text: 'a' }, '{"a":{"b":[1]}}', '"{\\"b\\": [1]}"'],
  [{ text: 'a.b' }, '{"a":"text"}', 'null'],
  [{ text: 'a.1' }, '{"a":["x","y"]}', '"y"'],
  [{ text: 'a|b' }, '{"a":"","b":"second"}', '"second"'],
  [{ text: 'a\\.b' }, '{"a.b":"with a dot"}', '"with a dot"'],
  [{ number: 'a' }, '{"a":1234567890123456789.10}', '1234567890123456789.10'],
  [{ number: 'a' }, '{"a":"12.50"}', '12.50'],
  [{ number: 'a' }, '{"a":" -007.0 "}', '-7.0'],
  [{ number: 'a' }, '{"a":"1.0E7"}', '10000000'],
  [{ number: 'a' }, '{"a":"15e-4"}', '0.0015'],
  [{ number: 'a' }, '{"a":"1,000"}', 'null'],
  [{ number: 'a' }, '{"a":"NaN"}', 'null'],
  [{ number: 'a' }, '{"a":true}', 'null'],
  [{ integer: 'a' }, '{"a":"9223372036854775807"}', '9223372036854775807'],
  [{ integer: 'a' }, '{"a":9223372036854775808}', 'null'],
  [{ integer: 'a' }, '{"a":250.00}', '250'],
  [{ integer: 'a' }, '{"a":250.5}', 'null'],
  [{ boolean: 'a' }, '{"a":true}', 'true'],
  [{ boolean: 'a' }, '{"a":"FALSE"}', 'false'],
  [{ boolean: 'a' }, '{"a":1}', 'null'],
  [{ boolean: 'a' }, '{"a":"yes"}', 'null'],
  [{ time: 'a' }, '{"a":"2024-03-10T02:30:00.123456+05:30"}', '"2024-03-09T21:00:00.123Z"'],
  [{ time: 'a' }, '{"a":"2024-03-10T02:30:00.000+0000"}', '"2024-03-10T02:30:00.000Z"'],
  [{ time: 'a' }, '{"a":"2024-03-10 02:30:00"}', '"2024-03-10T02:30:00.000Z"'],
  [{ time: 'a' }, '{"a":"2024-03-10"}', '"2024-03-10T00:00:00.000Z"'],
  [{ time: 'a' }, '{"a":"2024-12-31T23:59:59.9999999Z"}', '"2024-12-31T23:59:59.999Z"'],
  [{ time: 'a' }, '{"a":1700000000}', '"2023-11-14T22:13:20.000Z"'],
  [{ time: 'a' }, '{"a":"1700000000123"}', '"2023-11-14T22:13:20.123Z"'],
  [{ time: 'a' }, '{"a":2024}', 'null'],
  [{ time: 'a' }, '{"a":"2023-02-29T10:00:00Z"}', 'null'],
  [{ time: 'a' }, '{"a":"now"}', 'null'],
  [{ date: 'a' }, '{"a":"2024-02-29T23:30:00-08:00"}', '"2024-02-29"'],
  [{ date: 'a' }, '{"a":"2023-02-29"}', 'null'],
  [{ date: 'a' }, '{"a":1700000000}', '"2023-11-14"'],
  [{ json: 'a' }, '{"a":{"n":1.10,"l":[null]}}', '{"l": [null], "n": 1.10}'],
  [{ json: 'a' }, '{"a":null}', 'null'],
  [{ currency: 'a' }, '{"a":"eur"}', '"EUR"'],
  [{ currency: 'a' }, '{"a":"euro"}', 'null'],
  [{ minor: 'a', currency: 'b', digits: { jpy: 0, bhd: 3 } }, '{"a":1099,"b":"usd"}', '10.99'],
  [{ minor: 'a', currency: 'b', digits: { jpy: 0, bhd: 3 } }, '{"a":1099,"b":"jpy"}', '1099'],
  [{ minor: 'a', currency: 'b', digits: { jpy: 0, bhd: 3 } }, '{"a":-5,"b":"bhd"}', '-0.005'],
  [{ minor: 'a', currency: 'b', digits: {} }, '{"a":"2.5","b":"usd"}', '0.025'],
  [{ minor: 'a', currency: 'b', digits: {} }, '{"a":1099}', 'null'],
  [
    { as: 'time', of: { join: [{ text: 'a' }, { text: 'b' }], separator: 'T' } },
    '{"a":"2024-05-01","b":"09:30"}',
    '"2024-05-01T09:30:00.000Z"',
  ],
  [{ first: [{ text: 'a' }, { text: 'b' }] }, '{"a":null,"b":"second"}', '"second"'],
  [{ join: [{ text: 'a' }, { text: 'b' }], separator: ' ' }, '{"b":"Lovelace"}', '"Lovelace"'],
  [{ join: [{ text: 'a' }, { text: 'b' }], separator: ' ' }, '{}', 'null'],
  [{ oneOf: { text: 'a' }, values: { won: 'WON' }, other: 'OTHER' }, '{"a":"won"}', '"WON"'],
  [{ oneOf: { text: 'a' }, values: { won: 'WON' }, other: 'OTHER' }, '{"a":"new"}', '"OTHER"'],
  [{ oneOf: { text: 'a' }, values: { won: 'WON' }, other: 'OTHER' }, '{}', 'null'],
  [{ when: { path: 'a', is: [true] }, gives: { constant: 'yes' }, otherwise: { constant: 'no' } }, '{"a":"True"}', '"yes"'],
  [{ when: { path: 'a', is: [0, null] }, gives: { constant: 1 } }, '{}', '1'],
  [{ when: { not: { path: 'a', startsWith: '00' } }, gives: { constant: false } }, '{"a":"001"}', 'null'],
  [
    {
      list: [
        { n: { text: 'a' }, t: { constant: 'x' } },
        { n: { text: 'b' }, t: { constant: 'y' } },
      ],
    },
    '{"b":"1"}',
    '[{"n": "1", "t": "y"}]',
  ],
  [{ list: [{ n: { text: 'a' }, t: { text: 'b' } }], needs: ['n', 't'] }, '{"b":"1"}', '[{"n": null, "t": "1"}]'],
  [
    { each: 'a', item: { n: { number: 'v' }, t: { text: 'l' } } },
    '{"a":[{"v":1.10,"l":"x"},{"l":"y"},7,null,{"v":"2"}]}',
    '[{"n": 1.10, "t": "x"}, {"n": 2, "t": null}]',
  ],
  [{ each: 'a', item: { n: { number: 'v' } } }, '{"a":{"v":1}}', '[]'],
  [
    { each: 'a', item: { n: { each: 'b', item: { d: { date: 'at' } } } } },
    '{"a":[{"b":[{"at":"2024-05-01"}]},{"b":3}]}',
    '[{"n": [{"d": "2024-05-01"}]}, {"n": []}]',
  ],
];

/** Names that would be something else in SQL, in JavaScript, or in an array's text. */
const names = [
  "it's",
  'back\\slash',
  "'; drop table x; --",
  '{a,b}',
  '"',
  '$1',
  '__proto__',
  'constructor',
  'ключ',
  ' ',
  '%',
  '\n',
  'null',
  'a"b\\',
];

test('a member of any name is read, whatever the name would mean elsewhere and however the session reads backslashes', async () => {
  const path = (name: string) => name.replace(/[\\.|]/g, '\\$&');
  const fields = Object.fromEntries(
    names.map((name, i) => [`f${i}`, { oneOf: { text: path(name) }, values: { x: name }, other: name } satisfies Expr]),
  );
  const types = Object.fromEntries(names.map((_, i) => [`f${i}`, 'text' as const]));
  const record = `{${names.map((name) => `${JSON.stringify(name)}:"x"`).join(',')}}`;
  const expected = Object.fromEntries(names.map((name, i) => [`f${i}`, name]));
  const old = testPool(database.url, { max: 1, options: '-c standard_conforming_strings=off -c escape_string_warning=off' });
  try {
    for (const one of [pool, old]) {
      const { mapper, view } = await bothAnswers(one, { fields, types }, [record]);
      expect(JSON.parse(mapper[0]!)).toEqual(expected);
      expect(JSON.parse(view[0]!)).toEqual(expected);
      const absent = await bothAnswers(one, { fields, types }, ['{}']);
      expect(absent.view).toEqual(absent.mapper);
      expect(new Set(Object.values(JSON.parse(absent.view[0]!) as object))).toEqual(new Set([null]));
    }
  } finally {
    await old.end();
  }
});

test('what a value means is the same in the mapper and in the view: absent, empty, wrong, large and nearly right', async () => {
  for (const [expr, record, expected] of literals) {
    const { mapper, view } = await bothAnswers(pool, { fields: { f: expr }, types: { f: typeOf(expr)! } }, [record]);
    expect({ mapper, view }, `${JSON.stringify(expr)} of ${record}`).toEqual({
      mapper: [`{"f": ${expected}}`],
      view: [`{"f": ${expected}}`],
    });
  }
});
