import { expect, test } from 'vitest';
import { compilePath, parsePath, readPath } from './path.ts';

const read = (root: unknown, path: string) => readPath(root, compilePath(path));

test.each([
  ['paging.next.after', { paging: { next: { after: '7' } } }, '7'],
  ['records.1.Id', { records: [{ Id: 'a' }, { Id: 'b' }] }, 'b'],
  ['a\\.b', { 'a.b': 1 }, 1],
  ['a|b', { a: null, b: 2 }, 2],
  ['a.b', { a: 'text' }, undefined],
  ['a', { a: null }, null],
  ['', [1], [1]],
])('%s is read', (path, root, expected) => {
  expect(read(root, path)).toEqual(expected);
});

test('no path reaches a prototype', () => {
  expect(read({}, 'constructor.name')).toBeUndefined();
  expect(read({}, '__proto__')).toBeUndefined();
  expect(read([], 'length')).toBe(0);
});

test('a path with an empty segment is refused', () => {
  expect(() => compilePath('a..b')).toThrow('empty segment');
});

test('what declarations use is compiled once, and nothing is kept of a path of any length', () => {
  const usual = `${'properties.'.repeat(17)}name`;
  expect(compilePath(usual)).toBe(compilePath(usual));
  const long = `${'a.'.repeat(45_000)}name`;
  expect(compilePath(long)).not.toBe(compilePath(long));
  expect(compilePath(long)).toEqual(parsePath(long));
});
