import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from './database.ts';

test('a test database is its own and speaks the database clock', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('insert into clock_offset (id, milliseconds) values (1, 3600000)');
  const { rows } = await client.query<{ ahead: number }>('select extract(epoch from syncline_now() - clock_timestamp())::int as ahead');
  expect(rows[0]!.ahead).toBe(3600);
  await client.end();
  await database.drop();
});
