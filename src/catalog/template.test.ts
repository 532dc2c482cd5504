import { describe, expect, test } from 'vitest';
import type { CapturedValue } from '../kit/index.ts';
import { expandTemplate } from './template.ts';

const declare = (pattern: string, more: Partial<CapturedValue> = {}): Record<string, CapturedValue> => ({
  value: { from: 'form', path: 'value', pattern, required: true, ...more },
});
const expand = (template: string, value: string | undefined, pattern = '.*', more: Partial<CapturedValue> = {}) =>
  expandTemplate(template, value === undefined ? {} : { value }, declare(pattern, more));

describe('a value fills the place where it stands', () => {
  test.each([
    ['https://{value}.zendesk.com/api', 'acme', 'https://acme.zendesk.com/api'],
    ['https://{value}/api', 'a.b-c.example.com', 'https://a.b-c.example.com/api'],
    ['{value}', 'https://na1.salesforce.com', 'https://na1.salesforce.com'],
    ['{value}/services', 'https://na1.salesforce.com', 'https://na1.salesforce.com/services'],
    ['https://x.test/company/{value}/x', 'a/../b?c#d', 'https://x.test/company/a%2F..%2Fb%3Fc%23d/x'],
    ['https://x.test/?q={value}', 'a&b=c', 'https://x.test/?q=a%26b%3Dc'],
    ['https://x.test/plain', undefined, 'https://x.test/plain'],
  ])('%s with %s', (template, value, expected) => {
    expect(expand(template, value)).toBe(expected);
  });

  test('a default stands in where nothing was captured', () => {
    expect(expand('https://{value}/', undefined, '.*', { default: 'login.test' })).toBe('https://login.test/');
  });
});

describe('whatever the pattern lets through, no value brings another host, port, user or path', () => {
  const host = 'https://{value}.zendesk.com/api';
  test.each([
    [host, 'evil.test/'],
    [host, 'evil.test#'],
    [host, 'evil.test?'],
    [host, 'evil.test\\'],
    [host, 'evil.test:443/'],
    [host, 'user@evil.test'],
    [host, 'user:password@evil'],
    [host, '[::1]'],
    [host, 'a b'],
    [host, 'a\tb'],
    [host, 'a\n'],
    [host, ''],
    [host, '-a'],
    [host, 'a..b'],
    [host, '%2e'],
    [host, 'évil'],
    ['https://{value}', 'evil.test:8443'],
    ['{value}', 'http://na1.salesforce.com'],
    ['{value}', 'https://na1.salesforce.com/'],
    ['{value}', 'https://na1.salesforce.com/path'],
    ['{value}', 'https://user@na1.salesforce.com'],
    ['{value}', 'https://na1.salesforce.com:8443'],
    ['{value}', 'javascript:alert(1)'],
    ['{value}.example.com', 'https://evil.test?'],
    ['https://x.test/{value}/admin', '..'],
  ])('%s with %j is refused', (template, value) => {
    expect(() => expand(template, value, '[\\s\\S]*')).toThrow(expect.objectContaining({ code: 'input_invalid' }));
  });
});

describe('the pattern is matched whole, at every use', () => {
  test.each(['acme2x', 'xacme', 'acme\n', 'ACME'])('%j is refused', (value) => {
    expect(() => expand('https://{value}.test/', value, 'acme|beta')).toThrow(expect.objectContaining({ code: 'input_invalid' }));
  });

  test('a missing value says what to do', () => {
    expect(() => expand('https://{value}.test/', undefined, 'acme', { title: 'Subdomain' })).toThrow('Subdomain is missing');
  });

  test('members of the prototype are no captured values', () => {
    expect(() => expandTemplate('https://{constructor}.test/', {}, {})).toThrow('does not declare');
  });
});
