import { expect, test } from 'vitest';
import type { Actor } from '../base/actor.ts';
import { type CatalogCtx, createCatalog, getProvider, listProviders, loadProviders } from './index.ts';

const catalog = createCatalog({ environment: 'production', providers: await loadProviders() });
/** An application that has declared no provider of its own. */
const db = { prisma: { declaredProvider: { findMany: async () => [], findUnique: async () => null } } };
const ctxOf = (actor: Actor) => ({ catalog, actor, db }) as unknown as CatalogCtx;
const key: Actor = { kind: 'api_key', id: 'key_1', applicationId: 'app_1', scopes: ['provider_configs:read'] };

test('the catalog is listed page by page, each provider once', async () => {
  const names: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await listProviders({ ctx: ctxOf(key), input: { pageSize: 1, cursor } });
    names.push(...page.data.map(({ provider }) => provider));
    if (!page.hasMore) break;
    cursor = page.nextCursor!;
  }
  expect(names).toEqual(catalog.list().map(({ name }) => name));
  expect(names).toEqual(expect.arrayContaining(['hubspot', 'salesforce']));
});

test('a provider tells its objects, how they can be read, and which models they become by which version of the mapping', async () => {
  expect(await getProvider({ ctx: ctxOf(key), input: { provider: 'salesforce' } })).toMatchObject({
    authKinds: ['oauth2'],
    anyObjectExample: 'Invoice__c',
    unified: expect.arrayContaining([{ category: 'crm', model: 'task', object: 'Task', version: 2 }]),
  });
});

test('an unknown provider, one for development in production among them, is not found', async () => {
  for (const provider of ['sandbox', 'nope', 'constructor'])
    await expect(getProvider({ ctx: ctxOf(key), input: { provider } })).rejects.toMatchObject({ code: 'not_found' });
});

test('without the scope nothing is told', async () => {
  const ctx = ctxOf({ ...key, scopes: ['records:read'] });
  await expect(listProviders({ ctx, input: {} })).rejects.toMatchObject({ code: 'scope_missing' });
  await expect(getProvider({ ctx, input: { provider: 'hubspot' } })).rejects.toMatchObject({ code: 'scope_missing' });
});
