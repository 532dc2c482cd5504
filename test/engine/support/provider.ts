import type { IncrementalDefinition, ObjectDefinition, ProviderDefinition, ReadPart, RecordShape } from '../../../src/kit/index.ts';
import { byPageNumber } from '../../../src/kit/paging.ts';

/**
 * The sandbox's own dialect, declared with small pages: what the engine's rules are about happens between pages, and 25 records show
 * it as well as 25,000.
 */
export function createTestProvider({ pageSize, lookbackSeconds }: { pageSize: number; lookbackSeconds: number }): ProviderDefinition {
  const timed: RecordShape = { id: 'id', modifiedAt: 'updated_at', isDeleted: 'is_deleted', deletedAt: 'deleted_at' };

  const list = (object: string, since?: string, extra: Record<string, string> = {}): ReadPart => ({
    name: since === undefined ? 'all' : 'changed',
    signal: 'records',
    recordsPath: 'data',
    completeness: 'complete',
    // The sandbox's cursor remembers the filter, which is not given again.
    request: ({ position, pageSize, since: mark }) => ({
      method: 'GET',
      path: `/crm/v1/${object}`,
      query: {
        limit: String(pageSize),
        ...(position
          ? { cursor: String(position.cursor) }
          : { ...extra, ...(since === undefined || mark === null ? {} : { [since]: mark }) }),
      },
    }),
    next: (_page, { envelope }) => {
      const { next_cursor: cursor } = envelope as { next_cursor: string | null };
      return cursor === null ? null : { cursor };
    },
  });

  const base = (object: string) => ({
    label: object,
    docsUrl: 'https://sandbox.test/docs',
    pageSizeMax: pageSize,
    get: (id: string) => ({ method: 'GET' as const, path: `/crm/v1/${object}/${encodeURIComponent(id)}` }),
    scopes: ['crm.read'],
    visibilityLagSeconds: 0,
  });

  const incremental = (object: string, since: string, watermark: IncrementalDefinition['watermark']): IncrementalDefinition => ({
    watermark,
    ...(watermark.type === 'datetime' ? { lookbackSeconds } : {}),
    parts: [list(object, since, watermark.type === 'datetime' ? { include_deleted: 'true' } : {})],
  });

  const contacts = (object: string): ObjectDefinition => ({
    ...base(object),
    record: timed,
    full: { parts: [list(object)] },
    incremental: incremental(object, 'modified_since', { path: 'updated_at', type: 'datetime' }),
  });

  return {
    name: 'sandbox',
    displayName: 'Sandbox',
    categories: ['crm'],
    docsUrl: 'https://sandbox.test/docs',
    auth: [{ kind: 'api_key', send: { header: 'x-api-key', prefix: '' }, fields: [{ name: 'api_key', title: 'API key', secret: true }] }],
    api: { baseUrl: 'https://sandbox.test' },
    account: { request: { method: 'GET', path: '/crm/v1/account' }, id: 'id' },
    limits: { docsUrl: 'https://sandbox.test/docs', concurrencyMax: 8 },
    objects: {
      contacts: contacts('contacts'),
      companies: contacts('companies'),
      /** Blind to deletes: only a full read finds them. */
      deals: {
        ...contacts('deals'),
        record: { id: 'id', modifiedAt: 'updated_at' },
        incremental: { watermark: { path: 'updated_at', type: 'datetime' }, lookbackSeconds, parts: [list('deals', 'modified_since')] },
      },
      plain_items: { ...base('plain_items'), record: { id: 'id' }, full: { parts: [list('plain_items')] } },
      /** Pages by number over a mutable order. */
      offset_notes: {
        ...base('offset_notes'),
        record: { id: 'id', modifiedAt: 'updated_at' },
        full: {
          parts: [
            {
              name: 'all',
              signal: 'records',
              recordsPath: 'data',
              completeness: 'approximate',
              ...byPageNumber({
                first: (page) => ({ method: 'GET', path: '/crm/v1/offset_notes', query: { per_page: String(page.pageSize) } }),
                name: 'page',
                firstPage: 1,
              }),
            },
          ],
        },
      },
      revisions: {
        ...base('revisions'),
        record: { id: 'id', isDeleted: 'is_deleted' },
        full: { parts: [list('revisions')] },
        incremental: incremental('revisions', 'since_version', { path: 'version', type: 'integer' }),
      },
      opaque_events: {
        ...base('opaque_events'),
        record: { id: 'id', isDeleted: 'is_deleted' },
        full: { parts: [list('opaque_events')] },
        incremental: incremental('opaque_events', 'since', { path: 'token', type: 'opaque' }),
      },
    },
  };
}
