import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClock } from '../../src/db/clock.ts';
import { createDb, type Db, databaseNow } from '../../src/db/index.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const log = createLogger({ logLevel: 'silent' });
const hourMs = 3_600_000;
let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb({ url: database.url, poolMax: 2, log });
});

afterAll(async () => {
  await db.close();
  await database.drop();
});

test('the clock of a process and of the database follow one offset', async () => {
  const clock = await createClock({ db, testClock: true, log });
  await db.prisma.clockOffset.create({ data: { id: 1, milliseconds: BigInt(hourMs) } });
  await clock.refresh();
  expect(clock.now().getTime() - Date.now()).toBeGreaterThan(hourMs - 1000);
  const apart = (await databaseNow(db.prisma)).getTime() - clock.now().getTime();
  expect(Math.abs(apart)).toBeLessThan(1000);
  clock.close();
});

test('a database whose clock is set off refuses to start outside of tests', async () => {
  await expect(createClock({ db, testClock: false, log })).rejects.toThrow('Only tests may do that');
});
