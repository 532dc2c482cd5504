import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Operation, operations } from '../support/openapi.ts';
import { bodiesOf, createWorld, pathOf, type World } from './support/world.ts';

let world: World;
let bodies: ReturnType<typeof bodiesOf>;
let before: string;
beforeAll(async () => {
  world = await createWorld();
  bodies = bodiesOf(world.ids);
  before = await world.snapshot();
});
afterAll(() => world.close());

const named = operations.map((operation) => [operation.operationId, operation] as const);
const forCustomers = named.filter(([, { security }]) => security.some((scheme) => 'customerToken' in scheme));
const notForCustomers = named.filter(([, { security }]) => !security.some((scheme) => 'customerToken' in scheme));

function request(operation: Operation, key: string | null) {
  const body = bodies[operation.operationId];
  const query = Object.fromEntries(
    operation.parameters
      .filter((parameter) => parameter.in === 'query' && parameter.name in world.ids)
      .map(({ name }) => [name, world.ids[name]!]),
  );
  return { method: operation.method, path: pathOf(operation, world.ids), query, body, key };
}

describe('B31 every operation of the document', () => {
  test('has a sample body here when it takes one', () => {
    const withBody = operations.filter(({ body }) => body !== undefined).map(({ operationId }) => operationId);
    expect(Object.keys(bodies).sort()).toEqual(withBody.sort());
  });

  test.each(named)('%s is routed: without a key it is 401, not 404', async (_id, operation) => {
    const { status, body } = await world.send(request(operation, null));
    expect([status, body.code]).toEqual([401, 'unauthenticated']);
  });

  test('nothing has changed by that', async () => {
    expect(await world.snapshot()).toBe(before);
  });
});

describe('with a foreign application’s key', () => {
  // A customer's and a record's ids are the vendor's own words: they may stand in any application.
  const names = /\{(?!customer_id|record_id)\w+_id\}/;

  test.each(named.filter(([, { path }]) => names.test(path)))('%s finds nothing of ours', async (_id, operation) => {
    const { status, body } = await world.send(request(operation, world.foreignKey));
    expect([status, body.code]).toEqual([404, 'not_found']);
  });

  test.each(named.filter(([, { path, method }]) => method === 'GET' && !names.test(path)))(
    '%s shows nothing of ours',
    async (_id, operation) => {
      const { status, text } = await world.send(request(operation, world.foreignKey));
      expect(status).toBeLessThan(500);
      for (const name of ['connection_id', 'sync_id', 'run_id', 'provider_config_id', 'destination_id', 'api_key_id'])
        expect(text.replaceAll(/"detail":"(?:[^"\\]|\\.)*"/g, ''), name).not.toContain(world.ids[name]);
      expect(text).not.toContain(world.syncline.applicationId);
    },
  );

  test.each(named.filter(([, { path, method }]) => method !== 'GET' && !names.test(path)))(
    '%s acts in the caller’s application only',
    async (_id, operation) => {
      expect((await world.send(request(operation, world.foreignKey))).status).toBeLessThan(500);
    },
  );

  test('nothing of ours has changed by that', async () => {
    expect(await world.snapshot()).toBe(before);
  });
});

describe('with a foreign customer’s token', () => {
  test.each(notForCustomers)('%s is refused', async (_id, operation) => {
    const { status, body } = await world.send(request(operation, world.foreignToken));
    expect([status, body.code]).toEqual([403, 'scope_missing']);
  });

  test.each(forCustomers)('%s shows nothing of another customer', async (_id, operation) => {
    const asked = await world.send(request(operation, world.foreignToken));
    if (operation.path.includes('{') && !/\{(object|model)\}/.test(operation.path))
      expect([asked.status, asked.body.code]).toEqual([404, 'not_found']);
    const isFiltered = operation.parameters.some(({ in: place, required }) => place === 'query' && required === true);
    const unfiltered = isFiltered ? [] : [await world.send({ ...request(operation, world.foreignToken), query: {} })];
    for (const answer of [asked, ...unfiltered]) {
      if (answer.status === 200) expect(pagesOf(answer).map(({ data }) => data)).toEqual([[]]);
      else expect([403, 404]).toContain(answer.status);
    }
  });

  test('nothing has changed by that', async () => {
    expect(await world.snapshot()).toBe(before);
  });
});

/** A stream shows its pages as events. */
function pagesOf({ body, text }: { body: { data: unknown[] }; text: string }): { data: unknown[] }[] {
  if (typeof body === 'object') return [body];
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, page]) => JSON.parse(page!));
}

describe('with an operator’s key', () => {
  test.each(named.filter(([id]) => id !== 'createApplication'))('%s is refused', async (_id, operation) => {
    const { status, body } = await world.send(request(operation, world.syncline.operatorKey));
    expect([status, body.code]).toEqual([403, 'scope_missing']);
  });
});

describe('with a key that lacks the scope', () => {
  const keys = new Map<string, Promise<string>>();
  const keyWith = (scope: string) => {
    const known =
      keys.get(scope) ?? world.syncline.call('POST', '/v1/api-keys', { name: scope, scopes: [scope] }).then(({ key }) => key as string);
    keys.set(scope, known);
    return known;
  };

  test.each(named.filter(([id]) => id !== 'createApplication'))(
    '%s is refused, and with nothing but its scope it is not',
    async (_id, operation) => {
      const scope = operation.security[0]!.apiKey![0]!;
      const refused = await world.send(request(operation, await keyWith(scope === 'events:read' ? 'audit:read' : 'events:read')));
      expect([refused.status, refused.body.code]).toEqual([403, 'scope_missing']);
      if (operation.method === 'GET') expect((await world.send(request(operation, await keyWith(scope)))).status).toBe(200);
    },
  );
});
