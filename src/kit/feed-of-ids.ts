import type { Paging } from './paging.ts';
import type { NamedRecords, ReadPart } from './types.ts';

/** Where the list of changes stands and what its items say, beside the ids. Paths lead through the item. */
export interface IdsFeed extends NamedRecords {
  /** Path of the change's own time, as `feed.changedAt`. */
  changedAt?: string;
  /** Path of the item's position, as `feed.mark`. */
  mark?: string;
}

/**
 * A feed whose items name records by their ids and show nothing of them. The records are read by the object's `batch` before the page is
 * read: an item is then `{ id, state, item, record }`, with the item as it came and the record as the batch showed it. `state` is `read`,
 * `gone`, or `unknown`, which concludes nothing. As it is with the page, an interrupted one is asked for again.
 *
 * @example
 * feedOfIds({ path: 'ids' }, byCursor({ first: () => ({ method: 'GET', path: '/v1/changed' }), name: 'after', path: 'next' }))
 */
export function feedOfIds(
  { changedAt, mark, ...names }: IdsFeed,
  { request, ...paging }: Paging,
): Paging & Pick<ReadPart, 'recordsPath' | 'feed' | 'names'> {
  return {
    ...paging,
    request: (page) => ({ ...request(page), names }),
    names,
    recordsPath: 'named',
    feed: {
      record: 'record',
      id: 'id',
      only: { path: 'state', values: ['read', 'gone'] },
      deleted: { path: 'state', values: ['gone'] },
      ...(changedAt === undefined ? {} : { changedAt: { path: inItem(changedAt) } }),
      ...(mark === undefined ? {} : { mark: inItem(mark) }),
    },
  };
}

function inItem(path: string): string {
  return path
    .split('|')
    .map((alternative) => `item.${alternative}`)
    .join('|');
}
