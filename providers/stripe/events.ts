import { byMark, type DeltaDefinition, type PageAnswer, type PageRequest, type Paging, ProviderError, type RequestSpec } from '#kit';

/** https://docs.stripe.com/api/events/list (2026-11) */
const eventsPath = '/v1/events';
const retentionSeconds = 30 * 24 * 3600;

interface Types {
  /** Types whose events carry the record as it was then. At most 20 can be asked for. */
  carrying: string[];
  /** The type that says that the record is gone; null: such records stay for ever. */
  deleting: string | null;
}

/**
 * Changes and deletes are told by the feed of events only: lists filter by the time of creation. The feed is listed newest first, and
 * `ending_before` leads from a known event to newer ones. An event carries the record in the shape of the account's own API version
 * at that time, whatever our header says.
 */
export function eventFeed({ carrying, deleting }: Types): DeltaDefinition {
  const types = deleting === null ? carrying : [...carrying, deleting];
  const asked = Object.fromEntries(types.map((type, i) => [`types[${i}]`, type]));
  const first = ({ pageSize }: PageRequest): RequestSpec => ({
    method: 'GET',
    path: eventsPath,
    query: { limit: String(pageSize), ...asked },
  });
  return {
    start: { from: 'asked', request: { method: 'GET', path: eventsPath, query: { limit: '1' } }, path: 'data.0.id' },
    mark: { from: 'item' },
    maxAgeSeconds: retentionSeconds,
    parts: [
      {
        name: 'events',
        signal: 'records',
        recordsPath: 'data',
        completeness: 'complete',
        // What an event carries is the record as it was then: it never beats what was stored since.
        isLagging: true,
        feed: {
          record: 'data.object',
          ...(deleting === null ? {} : { deleted: { path: 'type', values: [deleting] } }),
          changedAt: { path: 'created', unit: 'seconds' },
          mark: 'id',
          only: { path: 'type', values: types },
          order: 'newest_first',
        },
        ...forwards(byMark({ first, name: 'ending_before', more: 'has_more' })),
      },
    ],
  };
}

/**
 * An account that had no event yet has no place to go on from: the newest page is all there may be. More than one page of first
 * events cannot be read in their order, so the records are read anew.
 */
function forwards(paging: Paging): Paging {
  return {
    ...paging,
    next(page: PageRequest, answer: PageAnswer) {
      const next = paging.next(page, answer);
      if (next !== null && page.position === null && page.since === null)
        throw new ProviderError('page_expired', 'More events came than one page holds, and no earlier event is known to go on from.');
      return next;
    },
  };
}
