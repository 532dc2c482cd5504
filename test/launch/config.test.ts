import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { withDevelopmentSecrets } from '../../src/ops/development-secrets.ts';
import { ConfigError, parseConfig } from '../../src/ops/parse-config.ts';

const key = `k1:${Buffer.alloc(32, 1).toString('base64')}`;
const production = { DATABASE_URL: 'postgresql://localhost/x', SYNCLINE_ENCRYPTION_KEYS: key };

test('nothing set is development with the embedded Postgres', () => {
  const config = parseConfig({});
  expect(config).toMatchObject({ environment: 'development', databaseUrl: null, publicUrl: 'http://localhost:4000', host: '127.0.0.1' });
});

test('a database URL makes it production, unless development is asked for', () => {
  expect(parseConfig(production)).toMatchObject({ environment: 'production', host: '0.0.0.0', allowPrivateAddresses: false });
  expect(parseConfig({ DATABASE_URL: 'postgresql://localhost/x', SYNCLINE_ENV: 'development' }).environment).toBe('development');
});

test.each([
  ['an encryption key that is missing', { SYNCLINE_ENCRYPTION_KEYS: '' }, 'SYNCLINE_ENCRYPTION_KEYS'],
  ['origin overrides', { SYNCLINE_ORIGIN_OVERRIDES: '{"https://api.hubapi.com":"http://127.0.0.1:1"}' }, 'SYNCLINE_ORIGIN_OVERRIDES'],
  ['the test clock', { SYNCLINE_TEST_CLOCK: '1' }, 'SYNCLINE_TEST_CLOCK'],
  ['an operator key that is too short', { SYNCLINE_OPERATOR_KEY: 'short' }, 'SYNCLINE_OPERATOR_KEY'],
  ['a missing database', { DATABASE_URL: '', SYNCLINE_ENV: 'production' }, 'DATABASE_URL'],
])('production refuses %s', (_, env, name) => {
  expect(() => parseConfig({ ...production, ...env })).toThrow(name);
});

test.each([
  [
    'a public URL with a path, below which no page would be found',
    { SYNCLINE_PUBLIC_URL: 'https://example.com/sync' },
    'SYNCLINE_PUBLIC_URL',
  ],
  ['a public URL with a query', { SYNCLINE_PUBLIC_URL: 'https://example.com?a=1' }, 'SYNCLINE_PUBLIC_URL'],
  ['a public URL with a password', { SYNCLINE_PUBLIC_URL: 'https://u:hidden-word@example.com' }, 'SYNCLINE_PUBLIC_URL'],
  ['an operator key that no header carries', { SYNCLINE_OPERATOR_KEY: 'two words '.repeat(5) }, 'SYNCLINE_OPERATOR_KEY'],
  ['an operator key that looks like an API key', { SYNCLINE_OPERATOR_KEY: `sk_${'x'.repeat(40)}` }, 'SYNCLINE_OPERATOR_KEY'],
  ['a database URL that is none', { DATABASE_URL: 'postgresql://u:hidden-word@host:port/x' }, 'DATABASE_URL'],
])('%s is refused', (_, env, name) => {
  const error = catchError(() => parseConfig({ ...production, ...env }));
  expect(error.message).toContain(name);
  expect(error.message).not.toMatch(/hidden-word|two words|xxxx/);
});

test('the public URL is kept as browsers write an origin; a database may be behind a socket', () => {
  expect(parseConfig({ SYNCLINE_PUBLIC_URL: 'https://Sync.Example.com:443/' }).publicUrl).toBe('https://sync.example.com');
  const socket = 'postgresql://u:p@/x?host=/var/run/postgresql';
  expect(parseConfig({ ...production, DATABASE_URL: socket }).databaseUrl!.reveal()).toBe(socket);
});

test('all problems are told in one message', () => {
  const env = {
    PORT: 'eighty',
    SYNCLINE_LOG_LEVEL: 'loud',
    SYNCLINE_ENCRYPTON_KEYS: key,
    SYNCLINE_LIMITS: '{"leaseSeconds":-1,"lease":3}',
  };
  const error = catchError(() => parseConfig(env));
  expect(error).toBeInstanceOf(ConfigError);
  for (const word of ['PORT', 'SYNCLINE_LOG_LEVEL', 'SYNCLINE_ENCRYPTON_KEYS: no such variable', 'leaseSeconds'])
    expect(error.message).toContain(word);
});

test('encryption keys: the first seals, all open; a wrong length or a doubled id is refused', () => {
  const two = `k2:${Buffer.alloc(32, 2).toString('base64')},${key}`;
  expect(parseConfig({ SYNCLINE_ENCRYPTION_KEYS: two }).encryptionKeys.map(({ id }) => id)).toEqual(['k2', 'k1']);
  expect(() => parseConfig({ SYNCLINE_ENCRYPTION_KEYS: 'k1:c2hvcnQ=' })).toThrow('32 bytes');
  expect(() => parseConfig({ SYNCLINE_ENCRYPTION_KEYS: `${key},${key}` })).toThrow('twice');
});

test('a configuration that is printed shows no secret', () => {
  const config = parseConfig({ ...production, DATABASE_URL: 'postgresql://u:hunter2@localhost/x', SYNCLINE_OPERATOR_KEY: 'o'.repeat(40) });
  expect(JSON.stringify({ ...config, encryptionKeys: [] })).not.toMatch(/hunter2|oooo/);
});

test('the development secrets are made once, kept, and readable by their owner alone', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'syncline-key-'));
  const config = parseConfig({ SYNCLINE_DATA_DIR: folder });
  const first = withDevelopmentSecrets(config).encryptionKeys[0]!;
  expect(first.key).toHaveLength(32);
  expect(withDevelopmentSecrets(config).encryptionKeys[0]!.key.equals(first.key)).toBe(true);
  for (const file of ['vault-key', 'operator-key']) expect(statSync(path.join(folder, file)).mode & 0o777).toBe(0o600);
  expect(withDevelopmentSecrets({ ...config, environment: 'production' }).encryptionKeys).toEqual([]);
  rmSync(folder, { recursive: true });
});

function catchError(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a refusal');
}

test.each([
  ['a fraction where something is counted', { slicePagesMax: 2.5 }, 'SYNCLINE_LIMITS.slicePagesMax: must be a whole number'],
  ['a lease that a slow answer outlives', { leaseSeconds: 20 }, 'leaseSeconds (20) must be longer than requestTimeoutSeconds (30)'],
  ['a share above all', { guardShareMax: 1.5 }, 'guardShareMax is a share and must be at most 1'],
])('limits with %s are refused with a sentence', (_what, limits, sentence) => {
  expect(() => parseConfig({ SYNCLINE_ENV: 'development', SYNCLINE_LIMITS: JSON.stringify(limits) })).toThrow(sentence);
});

test('spans of time may be fractions of seconds', () => {
  const limits = { tickSeconds: 0.5, sliceSecondsMax: 1.5, requestTimeoutSeconds: 2.5, leaseSeconds: 3 };
  expect(parseConfig({ SYNCLINE_ENV: 'development', SYNCLINE_LIMITS: JSON.stringify(limits) }).limits).toMatchObject(limits);
});
