import { expect, test } from 'vitest';
import { requireAllowedReturnUrl, withResult } from './return-url.ts';

const allowed = ['https://app.vendor.com/integrations', 'https://app.vendor.com/setup/', 'http://localhost:3000/'];

test.each([
  'https://app.vendor.com/integrations',
  'https://APP.vendor.com/setup/step?x=1',
  'https://app.vendor.com/setup/',
  'http://localhost:3000/done',
])('the return URL %s is on the list', (url) => {
  expect(requireAllowedReturnUrl(url, allowed)).toBe(new URL(url).href);
});

test.each([
  'https://app.vendor.com/integrations/other',
  'https://app.vendor.com/integrations?next=x',
  'https://app.vendor.com/setup',
  'https://app.vendor.com/setup/../admin',
  'https://app.vendor.com/setup/%2e%2e/admin',
  'https://app.vendor.com.evil.example/setup/',
  'https://app.vendor.com@evil.example/setup/',
  'https://user:pw@app.vendor.com/setup/',
  'http://app.vendor.com/setup/',
  'https://evil.example/https://app.vendor.com/setup/',
  'javascript:alert(1)',
  'data:text/html,x',
  '//app.vendor.com/setup/',
  '/setup/',
  '',
])('the return URL %s is refused', (url) => {
  expect(() => requireAllowedReturnUrl(url, allowed)).toThrow(expect.objectContaining({ code: 'return_url_not_allowed' }));
});

test('the result is added to the return URL beside what it already carries', () => {
  expect(withResult('https://a.example/b?tab=2', { status: 'connected', connectionId: 'conn_1' })).toBe(
    'https://a.example/b?tab=2&status=connected&connection_id=conn_1',
  );
});
