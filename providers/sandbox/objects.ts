import type { IncrementalDefinition, ObjectDefinition, RecordShape } from '#kit';
import { below, changedIds, changes, changesByToken, deletions, events, keyListing, listing, walkByPages } from './parts.ts';

const shape = { id: 'id', modifiedAt: 'updated_at' } satisfies RecordShape;
const marked = { ...shape, isDeleted: 'is_deleted', deletedAt: 'deleted_at' } satisfies RecordShape;
const daySeconds = 24 * 3600;
const byTime: IncrementalDefinition['watermark'] = { path: 'updated_at', type: 'datetime' };

function object(
  name: string,
  label: string,
  rest: Omit<ObjectDefinition, 'label' | 'docsUrl' | 'pageSizeMax' | 'scopes' | 'visibilityLagSeconds'> & { visibilityLagSeconds?: number },
): ObjectDefinition {
  return {
    label,
    docsUrl: 'https://sandbox.test/docs',
    pageSizeMax: 1000,
    scopes: ['crm.read'],
    // A little overlap on every read: what becomes visible late is found, and unchanged records cost nothing.
    visibilityLagSeconds: 5,
    get: (id) => ({ method: 'GET', path: `${pathOf(name)}/${encodeURIComponent(id)}` }),
    ...rest,
  };
}

function pathOf(name: string): string {
  return `/crm/v1/${name}`;
}

/** A get shows a record as the listing does. */
function rereadOf(name: string): ObjectDefinition['reread'] {
  return { request: (id) => ({ method: 'GET', path: `${pathOf(name)}/${encodeURIComponent(id)}` }) };
}

/** Deletes stand in a feed of their own. */
function withDeletedFeed(name: string, label: string): ObjectDefinition {
  const path = pathOf(name);
  return object(name, label, {
    record: marked,
    full: { parts: [listing(path)] },
    incremental: { watermark: byTime, parts: [changes(path, 'modified_since'), deletions(path)] },
    reread: rereadOf(name),
  });
}

/** Deleted records are listed with a mark, among the changes. */
function withDeleteMark(name: string, label: string): ObjectDefinition {
  const path = pathOf(name);
  return object(name, label, {
    record: marked,
    full: { parts: [listing(path)] },
    incremental: { watermark: byTime, parts: [changes(path, 'modified_since', { always: { include_deleted: 'true' } })] },
    reread: rereadOf(name),
  });
}

export const objects: Record<string, ObjectDefinition> = {
  contacts: withDeletedFeed('contacts', 'Contacts'),
  companies: withDeletedFeed('companies', 'Companies'),
  deals: withDeleteMark('deals', 'Deals'),
  owners: withDeleteMark('owners', 'Owners'),

  /** Pages by number, and no word about deletes. */
  offset_notes: object('offset_notes', 'Notes', {
    record: shape,
    full: { parts: [walkByPages(pathOf('offset_notes'))] },
    incremental: { watermark: byTime, parts: [walkByPages(pathOf('offset_notes'))] },
  }),

  /** A list without any filter. */
  plain_items: object('plain_items', 'Items', {
    record: shape,
    full: { parts: [listing(pathOf('plain_items'))] },
    reread: rereadOf('plain_items'),
  }),

  /** Nothing tells one line from another. */
  log_lines: object('log_lines', 'Log lines', {
    record: { id: [], modifiedAt: 'updated_at' },
    full: { parts: [listing(pathOf('log_lines'))] },
    get: undefined,
  }),

  /** Changes are counted, not timed; the ids are numbers beyond 2^53. */
  revisions: object('revisions', 'Revisions', {
    record: marked,
    // A version cannot be looked back from; it is given when it can be seen.
    visibilityLagSeconds: 0,
    full: { parts: [listing(pathOf('revisions'))] },
    incremental: {
      watermark: { path: 'version', type: 'integer' },
      parts: [changes(pathOf('revisions'), 'since_version', { beginning: '0' })],
    },
  }),

  /**
   * A feed of changes behind tokens that cannot be compared. Without a token the feed lists what exists: the first incremental read
   * asks for deleted records too, or what was deleted since the full read would never be told.
   */
  opaque_events: object('opaque_events', 'Events', {
    record: marked,
    visibilityLagSeconds: 0,
    full: { parts: [listing(pathOf('opaque_events'))] },
    incremental: {
      watermark: { path: 'token', type: 'opaque' },
      parts: [changes(pathOf('opaque_events'), 'since', { always: { include_deleted: 'true' } })],
    },
  }),

  /** The key has two members. */
  readings: object('readings', 'Readings', {
    record: { ...marked, id: ['region', 'number'] },
    full: { parts: [listing(pathOf('readings'))] },
    incremental: { watermark: byTime, parts: [changes(pathOf('readings'), 'modified_since', { always: { include_deleted: 'true' } })] },
    get: (id) => ({ method: 'GET', path: `${pathOf('readings')}/${encodeURIComponent((JSON.parse(id) as unknown[]).join(':'))}` }),
  }),

  /** Asked for deal by deal; what they are called is unique within their deal only. */
  line_items: object('line_items', 'Line items', {
    record: { id: 'id', modifiedAt: 'updated_at' },
    parent: { object: 'deals', scopesId: true },
    full: { parts: [below('/crm/v1/deals', 'line_items')] },
    get: undefined,
  }),

  /** Their lines stand inside them. */
  orders: object('orders', 'Orders', {
    record: marked,
    full: { parts: [{ ...listing(pathOf('orders')), totalPath: 'total' }] },
    incremental: { watermark: byTime, parts: [changes(pathOf('orders'), 'modified_since', { always: { include_deleted: 'true' } })] },
    children: [{ object: 'order_lines', label: 'Order lines', path: 'lines', id: 'line' }],
  }),

  /** Some changes show after an hour only. */
  shipments: object('shipments', 'Shipments', {
    record: marked,
    full: { parts: [listing(pathOf('shipments'))] },
    incremental: { watermark: byTime, parts: [changes(pathOf('shipments'), 'modified_since', { always: { include_deleted: 'true' } })] },
    settledLagSeconds: 3600,
  }),

  /** Everything that the engine can use: a filter by time, a feed behind a token that the full listing hands out, and a list of ids. */
  tasks: object('tasks', 'Tasks', {
    record: shape,
    full: { parts: [listing(pathOf('tasks'))] },
    incremental: { watermark: byTime, parts: [changes(pathOf('tasks'), 'modified_since')] },
    delta: {
      start: { from: 'listed', path: 'sync_token' },
      mark: { from: 'envelope', path: 'sync_token' },
      parts: [changesByToken(pathOf('tasks'))],
    },
    keys: { parts: [keyListing(pathOf('tasks'))] },
  }),

  /** A feed that only names what changed; records are read by their ids, a hundred at once. */
  memos: object('memos', 'Memos', {
    record: shape,
    full: { parts: [listing(pathOf('memos'))] },
    delta: {
      start: { from: 'listed', path: 'sync_token' },
      mark: { from: 'envelope', path: 'sync_token' },
      parts: [changedIds(pathOf('memos'))],
    },
    reread: rereadOf('memos'),
    batch: {
      idsMax: 100,
      request: (ids) => ({ method: 'GET', path: `${pathOf('memos')}/batch`, query: { ids: ids.join(',') } }),
      recordsPath: 'data',
      absence: 'deleted',
    },
  }),

  /** A log of events, each with the record as it was then. */
  tickets: object('tickets', 'Tickets', {
    record: shape,
    full: { parts: [listing(pathOf('tickets'))] },
    delta: {
      start: { from: 'asked', request: { method: 'GET', path: `${pathOf('tickets')}/latest_event` }, path: 'event_id', before: 'before' },
      mark: { from: 'item' },
      parts: [events(pathOf('tickets'), 'ticket')],
      maxAgeSeconds: 30 * daySeconds,
    },
  }),

  /** Deletes stand in a feed of their own, which remembers them for thirty days. */
  leads: object('leads', 'Leads', {
    record: { ...shape, deletedAt: 'deleted_at' },
    full: { parts: [listing(pathOf('leads'))] },
    incremental: { watermark: byTime, parts: [changes(pathOf('leads'), 'modified_since')] },
    deletions: { parts: [deletions(pathOf('leads'))], maxAgeSeconds: 30 * daySeconds },
    keys: { parts: [keyListing(pathOf('leads'))] },
  }),

  /** Times without milliseconds, and no word about deletes. */
  calls: object('calls', 'Calls', {
    record: shape,
    visibilityLagSeconds: 0,
    full: { parts: [listing(pathOf('calls'))] },
    incremental: { watermark: byTime, filterStepSeconds: 1, parts: [changes(pathOf('calls'), 'modified_since')] },
    keys: { parts: [keyListing(pathOf('calls'))] },
  }),

  /** The filter takes a day, and that is all there is. */
  visits: object('visits', 'Visits', {
    record: shape,
    visibilityLagSeconds: 0,
    full: { parts: [listing(pathOf('visits'))] },
    incremental: {
      watermark: byTime,
      filterStepSeconds: daySeconds,
      parts: [changes(pathOf('visits'), 'modified_since', { isDay: true })],
    },
  }),
};
