import { describe, expect, test } from 'vitest';
import { byModified } from './modified-walk.ts';
import { byCursor, byKeyset, byMark, byNextLink, byOffset, byPageNumber, type Paging } from './paging.ts';
import type { Json, JsonObject, PageAnswer, PageRequest } from './types.ts';

const page = (position: JsonObject | null = null, since: string | null = null): PageRequest => ({
  object: 'contacts',
  position,
  since,
  pageSize: 2,
  prepared: null,
});
const answer = (envelope: PageAnswer['envelope'], count = 2, last: PageAnswer['last'] = { id: 'b', watermark: null }): PageAnswer => ({
  envelope,
  headers: {},
  count,
  last,
});
const first = () => ({ method: 'GET', path: '/contacts', query: { limit: '2' } }) as const;

/** The query of the page behind an answer; null: there is none. */
function follow(paging: Paging, position: JsonObject | null, given: PageAnswer) {
  const next = paging.next(page(position), given);
  return next === null ? null : paging.request(page(next));
}

describe('byCursor', () => {
  const paging = byCursor({ first, name: 'after', path: 'paging.next.after' });

  test('sends the cursor of the answer with the next request', () => {
    expect(paging.request(page())).toEqual(first());
    expect(follow(paging, null, answer({ paging: { next: { after: 7 } } }))).toEqual({ ...first(), query: { limit: '2', after: '7' } });
  });

  test.each<Json>([{}, { paging: {} }, { paging: { next: { after: null } } }, { paging: { next: { after: '' } } }])(
    'ends with %j',
    (envelope) => {
      expect(follow(paging, null, answer(envelope))).toBeNull();
    },
  );
});

test('byNextLink asks the address that the answer names, with the headers of the first request and nothing else of it', () => {
  const paging = byNextLink({ first: () => ({ ...first(), headers: { accept: 'x' } }), path: 'next' });
  expect(follow(paging, null, answer({ next: '/contacts?page=2' }))).toEqual({
    method: 'GET',
    path: '/contacts?page=2',
    headers: { accept: 'x' },
  });
  expect(follow(paging, null, answer({ next: null }))).toBeNull();
});

test('byPageNumber goes on until a page is not full', () => {
  const paging = byPageNumber({ first, name: 'page', firstPage: 1 });
  expect(paging.request(page()).query).toEqual({ limit: '2', page: '1' });
  expect(follow(paging, { page: 2 }, answer({}))?.query).toEqual({ limit: '2', page: '3' });
  expect(follow(paging, { page: 3 }, answer({}, 1))).toBeNull();
});

test('byOffset goes on behind the rows that came, as long as the answer says that there are more', () => {
  const paging = byOffset({ first, name: 'start', more: 'more' });
  expect(paging.request(page()).query).toEqual({ limit: '2', start: '0' });
  expect(follow(paging, { start: 4 }, answer({ more: true }, 1))?.query).toEqual({ limit: '2', start: '5' });
  expect(follow(paging, null, answer({ more: false }))).toBeNull();
  expect(follow(paging, null, answer({ more: true }, 0))).toBeNull();
});

test.each([
  [{ count: 500, overlapRows: 50 }, 450],
  [{ count: 7, overlapRows: 50 }, 4],
  [{ count: 1, overlapRows: 50 }, 1],
  [{ count: 500, overlapRows: 0 }, 500],
])('byOffset reads the last rows of a page again, and goes on all the same: %j', ({ count, overlapRows }, rows) => {
  const paging = byOffset({ first, name: 'start', more: 'more', overlapRows });
  expect(follow(paging, { start: 1000 }, answer({ more: true }, count))?.query).toEqual({ limit: '2', start: String(1000 + rows) });
});

describe('byKeyset', () => {
  const paging = byKeyset({ first, name: 'id_after' });

  test('goes on behind the last id, also when the page expired', () => {
    expect(follow(paging, null, answer({}))?.query).toEqual({ limit: '2', id_after: 'b' });
    expect(paging.resume!({ after: 'b' })).toEqual({ after: 'b' });
    expect(follow(paging, null, answer({}, 1))).toBeNull();
  });

  test('where the answer says whether there is more, the fullness of the page says nothing', () => {
    const telling = byKeyset({ first, name: 'starting_after', more: 'has_more' });
    expect(follow(telling, null, answer({ has_more: true }, 1))?.query).toEqual({ limit: '2', starting_after: 'b' });
    expect(follow(telling, null, answer({ has_more: false }, 2))).toBeNull();
    expect(follow(telling, null, answer({}, 2))).toBeNull();
  });

  test('a full page without any id is a failure, not the end', () => {
    expect(() => paging.next(page(), answer({}, 2, null))).toThrow('cannot go on');
  });
});

describe('byModified', () => {
  const paging = byModified({
    walk: (_page, { at, isExclusive }) => ({ method: 'GET', path: '/walk', query: { [isExclusive ? 'gt' : 'gte']: at ?? '' } }),
    ties: (_page, { at, step }) => ({ method: 'GET', path: '/ties', query: { at, step: JSON.stringify(step) } }),
    nextTie: (_page, { count, last }) => (count < 2 ? null : { id: last!.id }),
    isEnd: (_page, { count }) => count < 2,
  });
  const [t1, t2] = ['2026-01-01T00:00:00.001Z', '2026-01-01T00:00:00.002Z'];
  const full = (watermark: string | null, id = 'b') => answer({}, 2, { id, watermark });

  test('begins at the mark and goes on at the last value, inclusively', () => {
    expect(paging.request(page(null, t1)).query).toEqual({ gte: t1 });
    expect(follow(paging, { at: t1, isExclusive: false }, full(t2))?.query).toEqual({ gte: t2 });
    expect(follow(paging, { at: t1, isExclusive: false }, answer({}, 1, { id: 'b', watermark: t2 }))).toBeNull();
  });

  test('drains a value that fills a page by the second order and goes on behind it', () => {
    const ties = paging.next(page({ at: t1, isExclusive: false }), full(t1));
    expect(paging.request(page(ties))).toMatchObject({ path: '/ties', query: { at: t1, step: 'null' } });
    const second = paging.next(page(ties), full(t1, 'c'));
    expect(paging.request(page(second))).toMatchObject({ path: '/ties', query: { at: t1, step: '{"id":"c"}' } });
    const behind = paging.next(page(second), answer({}, 1, { id: 'd', watermark: t1 }));
    expect(paging.request(page(behind)).query).toEqual({ gt: t1 });
  });

  test('H51 values that differ below the millisecond, which the filter drops, count as one', () => {
    const next = paging.next(page({ at: '2026-01-01T00:00:00.001100Z', isExclusive: false }), full('2026-01-01T00:00:00.001900Z'));
    expect(paging.request(page(next)).path).toBe('/ties');
  });

  test.each([
    ['goes backwards', { at: t2, isExclusive: false }, t1],
    ['answers what it was told to leave out', { at: t1, isExclusive: true }, t1],
    ['says no time', { at: t1, isExclusive: false }, null],
  ])('a provider that %s is stopped instead of read for ever', (_name, position, watermark) => {
    expect(() => paging.next(page(position), full(watermark))).toThrow(expect.objectContaining({ meaning: 'unavailable' }));
  });
});

describe('byMark', () => {
  const paging = byMark({ first: () => ({ method: 'GET', path: '/v1/events' }), name: 'after', more: 'has_more' });
  const ended = (hasMore: boolean, mark: string | null) => answer({ has_more: hasMore }, 2, { id: 'b', watermark: mark });

  test('begins behind the position, or at the beginning of the feed, and goes on behind the last mark', () => {
    expect(paging.request(page(null, 'evt_1')).query).toEqual({ after: 'evt_1' });
    expect(paging.request(page(null, null)).query).toBeUndefined();
    expect(paging.request(page(paging.next(page(null, 'evt_1'), ended(true, 'evt_3')))).query).toEqual({ after: 'evt_3' });
    expect(paging.next(page({ mark: 'evt_3' }), ended(false, 'evt_4'))).toBeNull();
  });

  test('a page of items without a mark cannot be followed by another', () => {
    expect(() => paging.next(page(null), ended(true, null))).toThrow(expect.objectContaining({ meaning: 'unavailable' }));
  });
});
