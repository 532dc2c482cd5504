import { expect, test } from 'vitest';
import type { ProviderDefinition } from '../../kit/index.ts';
import { createCompiledCache } from './compiled-cache.ts';

const one = { name: 'x_one' } as ProviderDefinition;
const of = (applicationId: string, chars: number) => ({ applicationId, chars });

test('the oldest make room, and the newest stays however large it is', () => {
  const cache = createCompiledCache();
  cache.set('a', one, of('app', 600_000));
  cache.set('b', one, of('app', 300_000));
  expect([cache.get('a'), cache.get('b')]).toEqual([one, one]);
  cache.set('c', one, of('app', 200_000));
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, one, one]);
  cache.set('d', one, of('app', 5_000_000));
  expect([cache.get('b'), cache.get('c'), cache.get('d')]).toEqual([undefined, undefined, one]);
  cache.set('d', one, of('app', 100));
  cache.set('e', one, of('app', 999_900));
  expect([cache.get('d'), cache.get('e')]).toEqual([one, one]);
});

test('an application that declares much takes no place from one that declares little', () => {
  const cache = createCompiledCache();
  cache.set('small', one, of('app_small', 50_000));
  for (let n = 0; n < 20; n++) cache.set(`large ${n}`, one, of('app_large', 100_000));
  expect(cache.get('small')).toBe(one);
  expect(cache.get('large 19')).toBe(one);
  expect(cache.get('large 0')).toBeUndefined();
  // Of one that grew larger meanwhile the oldest goes, also when the newest is of another.
  cache.set('other', one, of('app_other', 100_000));
  expect(['small', 'large 11', 'large 12', 'other'].map((key) => cache.get(key))).toEqual([one, undefined, one, one]);
});
