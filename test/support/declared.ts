import type { Loose } from './client.ts';

const request = (path: string, rest: Loose = {}) => ({ method: 'GET', path, query: { limit: '{page_size}' }, ...rest });
const docsUrl = 'https://sandbox.test/docs';

/** The sandbox as a vendor declares it by API: the same requests as `providers/sandbox` makes, without code. */
export function declaredSandbox(name = 'x_sandbox', more: Loose = {}): Loose {
  const cursor = { kind: 'cursor', name: 'cursor', path: 'next_cursor' };
  const part = (name: string, path: string, rest: Loose = {}) => ({
    ...{ name, signal: 'records', records_path: 'data', completeness: 'complete', paging: cursor },
    request: request(path),
    ...rest,
  });
  const object = (label: string, path: string, rest: Loose) => ({
    ...{ label, docs_url: docsUrl, page_size_max: 100, scopes: ['crm.read'], visibility_lag_seconds: 5 },
    record: { id: 'id', modified_at: 'updated_at' },
    full: { parts: [part('list', path)] },
    get: { method: 'GET', path: `${path}/{id}` },
    reread: { request: { method: 'GET', path: `${path}/{id}` } },
    ...rest,
  });
  const pages = () =>
    part('pages', '/crm/v1/offset_notes', {
      completeness: 'approximate',
      paging: { kind: 'modified_walk', name: 'page', first_page: 1 },
      request: { method: 'GET', path: '/crm/v1/offset_notes', query: { per_page: '{page_size}', modified_since: '{since}' } },
    });
  const since = { first_query: { modified_since: '{since}' } };
  return {
    name,
    display_name: 'Declared CRM',
    categories: ['crm'],
    docs_url: docsUrl,
    auth: [
      {
        kind: 'oauth2',
        authorize_url: 'https://sandbox.test/oauth/authorize',
        token_url: 'https://sandbox.test/oauth/token',
        revoke_url: 'https://sandbox.test/oauth/revoke',
        issuer: 'https://sandbox.test',
        scopes: { default: ['crm.read', 'offline_access'], separator: ' ' },
        default_expires_in_seconds: 3600,
      },
    ],
    api: { base_url: 'https://sandbox.test', headers: { 'x-vendor': 'declared' } },
    account: { request: { method: 'GET', path: '/crm/v1/account' }, id: 'id', name: 'name' },
    limits: { docs_url: docsUrl, concurrency_max: 4 },
    error_message_path: 'error.message',
    errors: [{ status: 410, meaning: 'page_expired' }],
    hooks: {
      docs_url: docsUrl,
      secret: 'endpoint',
      signature: {
        header: 'x-sandbox-signature',
        encoding: 'hex',
        signed: ['timestamp', { text: '.' }, 'body'],
        timestamp: { header: 'x-sandbox-timestamp', unit: 'milliseconds', tolerance_seconds: 300 },
      },
      events_path: 'notices',
      type: 'type',
      account: 'account',
      events: Object.fromEntries(
        ['created', 'updated', 'deleted'].map((kind) => [`contacts.${kind}`, { object: 'contacts', ids: ['id'], record: 'record' }]),
      ),
    },
    objects: {
      contacts: object('Contacts', '/crm/v1/contacts', {
        record: { id: 'id', modified_at: 'updated_at', is_deleted: 'is_deleted', deleted_at: 'deleted_at' },
        incremental: {
          watermark: { path: 'updated_at', type: 'datetime' },
          parts: [
            part('changes', '/crm/v1/contacts', { request: request('/crm/v1/contacts', since) }),
            part('deletions', '/crm/v1/contacts/deleted', {
              signal: 'deletions',
              request: request('/crm/v1/contacts/deleted', { first_query: { since: '{since}' } }),
            }),
          ],
        },
      }),
      plain_items: object('Items', '/crm/v1/plain_items', {}),
      offset_notes: object('Notes', '/crm/v1/offset_notes', {
        full: { parts: [pages()] },
        incremental: { watermark: { path: 'updated_at', type: 'datetime' }, parts: [pages()] },
      }),
    },
    ...more,
  };
}
