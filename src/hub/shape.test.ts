import { expect, test } from 'vitest';
import { shapeOf } from './shape.ts';

const shown = (...records: unknown[]) =>
  shapeOf(records.map((record) => ({ raw: Buffer.from(typeof record === 'string' ? record : JSON.stringify(record)) }))).map(
    ({ path, type }) => `${path}: ${type}`,
  );

test('fields at the top and one level below, each with the types that were met', () => {
  expect(shown({ id: 'a', n: 1, ok: true, none: null, list: [{ x: 1 }], deep: { a: 'x', deeper: { b: 1 } } }, { n: 'one' })).toEqual([
    'id: string',
    'n: number',
    'ok: boolean',
    'list: array',
    'deep: object',
    'deep.a: string',
    'deep.deeper: object',
    'n: string',
  ]);
});

test('names with dots stay one field, and what is no JSON object shows nothing', () => {
  expect(shown({ 'a.b': 1 }, '[]', 'not json', '"text"')).toEqual(['a\\.b: number']);
});

test('huge records, long names and maps without end are passed over', () => {
  expect(shown({ big: 'x'.repeat(70_000) }, { ['n'.repeat(300)]: 1, short: 1 })).toEqual(['short: number']);
  expect(shown(Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`k${n}`, n])))).toHaveLength(1000);
});

test('of many records some are looked at, the first among them, from the beginning to the end', () => {
  const many = Array.from({ length: 10_000 }, (_, n) => ({
    [n < 100 ? 'early' : n > 9_800 ? 'late' : 'middle']: 1,
    first: n === 0 || null,
  }));
  expect(shown(...many)).toEqual(['early: number', 'first: boolean', 'middle: number', 'late: number']);
});
