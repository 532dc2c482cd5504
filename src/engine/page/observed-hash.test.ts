import { expect, test } from 'vitest';
import { observedHash } from './observed-hash.ts';

const hashOf = (record: string) => observedHash(Buffer.from(record), ['a', 'deep.b']);
const base = hashOf('{"a":1.10,"deep":{"b":"x"},"c":1}');

test.each([
  ['another field', '{"a":1.10,"deep":{"b":"x"},"c":2}', true],
  ['a new field', '{"a":1.10,"deep":{"b":"x","d":[]},"c":1}', true],
  ['another order', '{"deep":{"b":"x"},"a":1.10}', true],
  ['the value', '{"a":2,"deep":{"b":"x"}}', false],
  ['the digits', '{"a":1.1,"deep":{"b":"x"}}', false],
  ['the nested value', '{"a":1.10,"deep":{"b":"y"}}', false],
  ['its absence', '{"a":1.10}', false],
])('D32 %s: unchanged is %s', (_what, record, isSame) => {
  expect(hashOf(record) === base || Buffer.compare(Buffer.from(hashOf(record)), Buffer.from(base)) === 0).toBe(isSame);
});

test('what is absent and what is null are the same, and big numbers are told apart', () => {
  expect(hashOf('{"a":null}')).toEqual(hashOf('{"deep":{"b":null}}'));
  expect(hashOf('{"a":9007199254740993}')).not.toEqual(hashOf('{"a":9007199254740992}'));
});
