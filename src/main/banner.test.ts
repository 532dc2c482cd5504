import { expect, test } from 'vitest';
import { parseConfig } from '../ops/parse-config.ts';
import { banner } from './banner.ts';

const printed = (databaseUrl: string) => {
  const key = `k1:${Buffer.alloc(32).toString('base64')}`;
  const config = parseConfig({ DATABASE_URL: databaseUrl, SYNCLINE_ENCRYPTION_KEYS: key });
  return banner({ config, sandboxUrl: null, demo: null });
};

test('the database is named without its password', () => {
  expect(printed('postgresql://vendor:hidden-word@db.example.com:5433/sync')).toContain('postgresql://vendor@db.example.com:5433/sync');
  expect(printed('postgresql://vendor:hidden-word@db.example.com:5433/sync')).not.toContain('hidden-word');
});

test('a database behind a socket, whose URL only Postgres can read, neither ends the start nor shows its password', () => {
  const text = printed('postgresql://vendor:hidden-word@/sync?host=/var/run/postgresql');
  expect(text).toContain('as DATABASE_URL says');
  expect(text).not.toContain('hidden-word');
});
