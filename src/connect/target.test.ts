import { expect, test } from 'vitest';
import { buildTarget } from './target.ts';

test('a path is put below the base URL, an absolute URL of the same origin is taken as it is', () => {
  expect(buildTarget('https://api.acme.com/v2', { path: '/contacts?page=2', query: { limit: '5' } }).href).toBe(
    'https://api.acme.com/v2/contacts?page=2&limit=5',
  );
  expect(buildTarget('https://api.acme.com/v2', { path: 'https://api.acme.com/v2/contacts?after=x' }).href).toBe(
    'https://api.acme.com/v2/contacts?after=x',
  );
});

test.each([
  'https://evil.example/contacts',
  'http://api.acme.com/contacts',
  'https://api.acme.com:8443/contacts',
  'https://api.acme.com.evil.example/',
  'https://api.acme.com@evil.example/',
  'https://user:pass@api.acme.com/',
  '//evil.example/contacts',
  '/\\evil.example/contacts',
  '\\\\evil.example',
  'contacts',
  '@evil.example/',
  '.evil.example/',
  'https:evil.example',
  'file:///etc/passwd',
])('%s is refused: credentials stay at the origin of the base URL', (path) => {
  expect(() => buildTarget('https://api.acme.com', { path })).toThrow(/outside https:\/\/api\.acme\.com/);
});
