import { expect, test } from 'vitest';
import type { ProviderDefinition } from '../../kit/index.ts';
import { createCompiledCache } from './compiled-cache.ts';

const one = { name: 'x_one' } as ProviderDefinition;

test('the oldest make room, and the newest stays however large it is', () => {
  const cache = createCompiledCache();
  cache.set('a', one, 600_000);
  cache.set('b', one, 300_000);
  expect([cache.get('a'), cache.get('b')]).toEqual([one, one]);
  cache.set('c', one, 200_000);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, one, one]);
  cache.set('d', one, 5_000_000);
  expect([cache.get('b'), cache.get('c'), cache.get('d')]).toEqual([undefined, undefined, one]);
  cache.set('d', one, 100);
  cache.set('e', one, 999_900);
  expect([cache.get('d'), cache.get('e')]).toEqual([one, one]);
});
