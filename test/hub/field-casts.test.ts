import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { hasPostgres15, startPostgres15 } from '../support/postgres15.ts';
import { type HubUnderTest, openTestHub } from './support.ts';

/** What a helper makes of a value: JSON text → the column as text. Whatever is not named here is null. */
const expected: Record<string, Record<string, string>> = {
  text: {
    '"a"': 'a',
    '""': '',
    '1.50': '1.50',
    true: 'true',
    '{"a":1}': '{"a": 1}',
    '[1]': '[1]',
    '"  x "': '  x ',
    '"2026-02-30"': '2026-02-30',
  },
  number: {
    ...{
      '1.50': '1.50',
      '"12.50"': '12.50',
      '" -3 "': '-3',
      '"+.5e-3"': '0.0005',
      '"007"': '7',
      '"5."': '5',
      '9007199254740993': '9007199254740993',
    },
    ...{ '"2147483648"': '2147483648', '0': '0', '-0.0': '0.0' },
  },
  integer: {
    '"007"': '7',
    '" -3 "': '-3',
    '"5."': '5',
    '9007199254740993': '9007199254740993',
    '"2147483648"': '2147483648',
    '0': '0',
    '-0.0': '0',
  },
  boolean: { true: 'true', false: 'false', '"true"': 'true', '"FALSE"': 'false' },
  time: {
    '"2026-02-28"': '2026-02-28 00:00:00+00',
    '"2026-02-28T10:00:00"': '2026-02-28 10:00:00+00',
    '"2026-02-28T10:00:00.123456Z"': '2026-02-28 10:00:00.123456+00',
    '"2026-02-28 10:00+02:00"': '2026-02-28 08:00:00+00',
    '"2026-02-28T10:00:00.000+0000"': '2026-02-28 10:00:00+00',
  },
  date: {
    '"2026-02-28"': '2026-02-28',
    '"2026-02-28T10:00:00"': '2026-02-28',
    '"2026-02-28T10:00:00.123456Z"': '2026-02-28',
    '"2026-02-28 10:00+02:00"': '2026-02-28',
    '"2026-02-28T10:00:00.000+0000"': '2026-02-28',
  },
};

/** Beyond those named above: what providers send, and what somebody would send to make a record be refused. */
const hostile = [
  ...[
    'null',
    '"NaN"',
    '"Infinity"',
    '"1e400000"',
    '"1,5"',
    '"1 2"',
    '"0x10"',
    '"--1"',
    '"1e"',
    '99999999999999999999',
    '1.5',
    '"yes"',
    '"1"',
    '1',
  ],
  ...[
    '"2026-02-30"',
    '"0000-00-00"',
    '"2026-13-01T00:00:00Z"',
    '"2026-02-28T25:00:00Z"',
    '"2026-02-28T10:00:00+99:99"',
    '"now"',
    '"epoch"',
  ],
  ...['"infinity"', '"tomorrow"', '"20260228"', '"2026-02-28T10:00:00 America/New_York"', '"0044-03-15 BC"', '1700000000000'],
  ...[
    JSON.stringify('9'.repeat(10_000)),
    JSON.stringify(`2026-02-28T${'0'.repeat(5000)}`),
    JSON.stringify("'; drop table x; --"),
    '[]',
    '{}',
  ],
];

function eachCast(name: string, open: () => Promise<HubUnderTest & { stop(): Promise<void> }>): void {
  describe(name, () => {
    let on: Awaited<ReturnType<typeof open>>;
    beforeAll(async () => {
      on = await open();
    });
    afterAll(() => on.stop());

    test.each(Object.keys(expected))('B30 a value becomes %s or null, whatever it is, and nothing raises', async (type) => {
      const values = [...new Set([...Object.values(expected).flatMap((of) => Object.keys(of)), ...hostile])];
      const rows = await on.sql<{ given: string; value: string | null }>(
        `select given, hub_test._syncline_to_${type}(given::jsonb)::text as value from unnest($1::text[]) as given`,
        [values],
      );
      expect(rows).toHaveLength(values.length);
      const made = Object.fromEntries(rows.flatMap(({ given, value }) => (value === null ? [] : [[given, value]])));
      const named = Object.fromEntries(Object.keys(expected[type]!).map((given) => [given, made[given]]));
      expect(named).toEqual(expected[type]);
      const beyond = Object.keys(made).filter((given) => !(given in expected[type]!));
      expect(beyond.filter((given) => !also[type]!.test(given))).toEqual([]);
    });
  });
}

/** Values above whose form is right for the type without being named there. */
const also: Record<string, RegExp> = {
  text: /./,
  number: /^"?(1\.5|1|9{20}|1700000000000|5\.|007|20260228)"?$/,
  integer: /^"?(1|1700000000000|20260228)"?$/,
  boolean: /^$/,
  time: /^$/,
  date: /^"2026-02-28T(25:00:00Z|10:00:00\+99:99|10:00:00 America\/New_York)"$/,
};

eachCast('on the newest Postgres', async () => {
  const database = await createTestDatabase();
  const on = await openTestHub(database.url);
  const stop = () => on.close().then(() => database.drop());
  return { ...on, stop };
});

if (hasPostgres15)
  eachCast('on the oldest Postgres that is supported', async () => {
    const server = await startPostgres15();
    const on = await openTestHub(server.url);
    const stop = () => on.close().then(() => server.stop());
    return { ...on, stop };
  });
