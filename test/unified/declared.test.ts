import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCatalog } from '../../src/catalog/index.ts';
import { createDb, type Db } from '../../src/db/index.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { definitionsOf } from '../../src/unified/definitions.ts';
import type { Loose } from '../support/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { declaredSandbox } from '../support/declared.ts';

const applicationId = 'app_declared';
let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb({ url: database.url, poolMax: 2, log: createLogger({ logLevel: 'silent' }) });
  await db.prisma.application.create({ data: { id: applicationId, name: 'Declared', createdAt: new Date() } });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

async function declare(name: string, unified?: Loose[]): Promise<void> {
  const now = new Date();
  const definition = declaredSandbox(name, unified && { unified });
  await db.prisma.declaredProvider.create({ data: { applicationId, name, definition, createdAt: now, updatedAt: now } });
}

test('a page compiles of what an application has declared that with mappings, and that once', async () => {
  await declare('x_none');
  await declare('x_empty', []);
  await declare('x_mapped', [
    { category: 'crm', model: 'contact', version: 1, object: 'contacts', fields: { last_name: { text: 'name' } } },
  ]);
  const catalog = createCatalog({ environment: 'development', providers: [] });
  const compiled: string[] = [];
  const { get, set } = catalog.compiled;
  const cache: typeof catalog.compiled = {
    get,
    set(...entry) {
      compiled.push(entry[1].name);
      set(...entry);
    },
  };
  const page = async () => (await definitionsOf({ db, catalog: { ...catalog, compiled: cache } }, applicationId)).map(({ name }) => name);
  expect(await page()).toEqual(['x_mapped']);
  expect(await page()).toEqual(['x_mapped']);
  expect(compiled).toEqual(['x_mapped']);
});
