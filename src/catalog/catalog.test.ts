import { describe, expect, test } from 'vitest';
import type { ObjectDefinition, ProviderDefinition, ReadPart } from '../kit/index.ts';
import { createCatalog } from './catalog.ts';
import { describeObject, describeProvider } from './describe.ts';

const docsUrl = 'https://acme.test/docs';
const part: ReadPart = {
  name: 'list',
  signal: 'records',
  recordsPath: 'data',
  completeness: 'complete',
  request: () => ({ method: 'GET', path: '/' }),
  next: () => null,
};
const object = (more: Partial<ObjectDefinition> = {}): ObjectDefinition => ({
  label: 'Contacts',
  docsUrl,
  record: { id: 'id' },
  pageSizeMax: 100,
  full: { parts: [part] },
  scopes: [],
  visibilityLagSeconds: 0,
  ...more,
});
const provider = (more: Partial<ProviderDefinition> = {}): ProviderDefinition => ({
  name: 'acme',
  displayName: 'Acme',
  categories: ['crm'],
  docsUrl,
  auth: [{ kind: 'basic', fields: [{ name: 'username', title: 'User', secret: false }] }],
  api: { baseUrl: 'https://api.acme.test' },
  account: { request: { method: 'GET', path: '/me' }, id: 'id' },
  limits: { docsUrl, concurrencyMax: 1 },
  objects: { contacts: object() },
  ...more,
});
const catalogOf = (...providers: unknown[]) => createCatalog({ environment: 'production', providers });

describe('what is asked for', () => {
  const any = { pattern: '[A-Z]\\w*__c', example: 'Invoice__c', define: (name: string) => object({ label: name }) };
  const catalog = catalogOf(provider({ anyObject: any }), provider({ name: 'other' }));

  test('is listed in the order of names', () => {
    expect(catalog.list().map(({ name }) => name)).toEqual(['acme', 'other']);
  });

  test('a declared object and one taken by its own name are found, the same one every time', () => {
    expect(catalog.object('acme', 'contacts').label).toBe('Contacts');
    expect(catalog.object('acme', 'Bill__c').label).toBe('Bill__c');
    expect(catalog.object('acme', 'Bill__c')).toBe(catalog.object('acme', 'Bill__c'));
  });

  test('what is unfolded from a record can be listed, and is read with its parent only', () => {
    const lines = [{ object: 'lines', label: 'Lines', path: 'lines', id: 'id' }];
    const family = catalogOf(provider({ objects: { contacts: object(), invoices: object({ children: lines }) } }));
    expect(family.listed('acme', 'lines').object).toBe('invoices');
    expect(family.listed('acme', 'contacts').object).toBe('contacts');
    expect(() => family.object('acme', 'lines')).toThrow(
      expect.objectContaining({ code: 'object_unknown', message: expect.stringContaining('Choose invoices') }),
    );
  });

  test.each(['Bill', "Bill__c' OR 1=1", 'constructor', '__proto__', 'contacts\n', ''])('no object %j', (name) => {
    expect(() => catalog.object('acme', name)).toThrow(
      expect.objectContaining({ code: 'object_unknown', message: expect.stringContaining('Invoice__c') }),
    );
  });

  test('no such provider says which there are', () => {
    expect(() => catalog.provider('nope')).toThrow(
      expect.objectContaining({ code: 'provider_unknown', message: expect.stringContaining('acme, other') }),
    );
  });

  test('a provider for development does not exist in production', () => {
    const providers = [provider({ developmentOnly: true })];
    expect(createCatalog({ environment: 'production', providers }).list()).toEqual([]);
    expect(createCatalog({ environment: 'development', providers }).list()).toHaveLength(1);
  });
});

describe('a definition that does not hold stops the start and names provider and place', () => {
  const captured = (more: object) =>
    ({ host: { from: 'form', path: 'host', pattern: 'a', required: true, ...more } }) as ProviderDefinition['captured'] & object;
  const watermark = { path: 'v', type: 'integer' } as const;
  const hooks = (header: string | undefined): ProviderDefinition['hooks'] & object => ({
    docsUrl: 'https://acme.test/hooks',
    secret: 'endpoint',
    signature: {
      header: 'x-signature',
      encoding: 'hex',
      signed: ['timestamp', 'body'],
      timestamp: { ...(header === undefined ? {} : { header }), unit: 'seconds', toleranceSeconds: 300 },
    },
    type: 'type',
    account: 'account',
    events: { 'deal.created': { object: 'deals', ids: ['id'] } },
  });
  test.each<[string, unknown, string]>([
    ['no object at all', null, '(without a name)'],
    ['a name in capitals', provider({ name: 'Acme' }), 'name: must be lower_snake_case'],
    ['plain http', provider({ docsUrl: 'http://acme.test' }), 'docsUrl'],
    ['a field that nobody reads', { ...provider(), baseURL: 'x' }, 'baseURL'],
    ['no way to authorise', provider({ auth: [] }), 'auth'],
    ['a template of an undeclared value', provider({ api: { baseUrl: 'https://{host}.test' } }), 'captured.host: a template uses it'],
    [
      'a template of an optional value',
      provider({ api: { baseUrl: 'https://{host}.test' }, captured: captured({ required: false }) }),
      'required or have a default',
    ],
    ['a default against its pattern', provider({ captured: captured({ default: 'b' }) }), 'does not match its pattern'],
    ['a broken pattern', provider({ captured: captured({ pattern: '(' }) }), 'captured.host.pattern'],
    ['a broken path', provider({ objects: { contacts: object({ record: { id: 'a..b' } }) } }), 'objects.contacts.record.id'],
    ['a page of nothing', provider({ objects: { contacts: object({ pageSizeMax: 0 }) } }), 'objects.contacts.pageSizeMax'],
    [
      'no function',
      provider({ objects: { contacts: object({ full: { parts: [{ ...part, next: 'x' as never }] } }) } }),
      'parts.0.next: must be a function',
    ],
    ['two parts of one name', provider({ objects: { contacts: object({ full: { parts: [part, part] } }) } }), 'two parts are called list'],
    [
      'deletions in a full read',
      provider({ objects: { contacts: object({ full: { parts: [{ ...part, signal: 'deletions' }] } }) } }),
      'this read lists what exists',
    ],
    [
      'a look-back of versions',
      provider({ objects: { contacts: object({ incremental: { parts: [part], watermark, lookbackSeconds: 5 } }) } }),
      'only a datetime',
    ],
    ['hooks of an object that is not there', provider({ hooks: hooks('x-time') }), 'hooks.events.deal.created: there is no object deals'],
    [
      'hooks whose time stands nowhere',
      provider({ objects: { deals: object() }, hooks: hooks(undefined) }),
      'an old one could be sent again for ever',
    ],
    ['a parent that is not there', provider({ objects: { lines: object({ parent: { object: 'deals' } }) } }), 'there is no object deals'],
    [
      'an incremental read under parents',
      provider({ objects: { deals: object(), lines: object({ parent: { object: 'deals' }, keys: { parts: [part] } }) } }),
      'what is read under a parent is read in full',
    ],
    [
      'a record that is got by an id which names it under its parent only',
      provider({
        objects: {
          deals: object(),
          lines: object({ parent: { object: 'deals', scopesId: true }, reread: { request: () => ({ method: 'GET', path: '/' }) } }),
        },
      }),
      'names no record by itself',
    ],
    [
      'a feed that lags and does not tell how old an item is',
      provider({
        objects: {
          contacts: object({
            visibilityLagSeconds: 60,
            delta: {
              start: { from: 'listed', path: 'mark' },
              mark: { from: 'item' },
              parts: [{ ...part, feed: { mark: 'mark' } }],
            },
          }),
        },
      }),
      'could pass what is still to come',
    ],
    [
      'an unfolded object that is there already',
      provider({ objects: { contacts: object({ children: [{ object: 'contacts', label: 'x', path: 'x', id: 'id' }] }) } }),
      'another object is called contacts',
    ],
    [
      'a settled pass without a time to trail behind',
      provider({ objects: { contacts: object({ settledLagSeconds: 60 }) } }),
      'only an incremental read by a datetime',
    ],
    [
      'a deletion time without a mark',
      provider({ objects: { contacts: object({ record: { id: 'id', deletedAt: 'x' } }) } }),
      'nothing tells which records are deleted',
    ],
    [
      'a position of items that have none',
      provider({
        objects: { contacts: object({ delta: { parts: [part], start: { from: 'listed', path: 'token' }, mark: { from: 'item' } } }) },
      }),
      'must say where it stands',
    ],
    [
      'a log of what was, without the times of its changes',
      provider({
        objects: {
          contacts: object({
            delta: {
              parts: [{ ...part, isLagging: true }],
              start: { from: 'listed', path: 'token' },
              mark: { from: 'envelope', path: 'token' },
            },
          }),
        },
      }),
      'nothing tells the time of a change',
    ],
    [
      'a pointer into deletions without a time',
      provider({ objects: { contacts: object({ deletions: { parts: [{ ...part, signal: 'deletions' }] } }) } }),
      'nothing tells when a record was deleted',
    ],
    [
      'an object by name that does not hold',
      provider({ anyObject: { pattern: '.*', example: 'X', define: () => ({}) as never } }),
      'objects.anyObject(X)',
    ],
  ])('%s', (_name, definition, message) => {
    expect(() => catalogOf(definition)).toThrow(message);
    expect(() => catalogOf(definition)).toThrow('is not well defined');
  });

  test('two providers of one name', () => {
    expect(() => catalogOf(provider(), provider())).toThrow('Two providers are called acme.');
  });
});

describe('capabilities are told before anything is configured', () => {
  test('an object without a filter by change is read in full only, and says why', () => {
    expect(describeObject(provider(), 'contacts', object())).toMatchObject({
      strategies: {
        full_only: { isPossible: true },
        full_then_incremental: { isPossible: false, reason: expect.stringContaining('Acme offers no filter for changed contacts') },
      },
      deletes: 'full_read',
    });
  });

  test('a feed of deletions or a mark is a signal', () => {
    const incremental = {
      parts: [part, { ...part, name: 'gone', signal: 'deletions' as const }],
      watermark: { path: 'u', type: 'datetime' as const },
    };
    const { objects } = describeProvider(provider({ objects: { contacts: object({ incremental }) } }));
    expect(objects).toMatchObject([{ deletes: 'signalled', strategies: { full_then_incremental: { isPossible: true, reason: null } } }]);
  });
});
