import { expect, test } from 'vitest';
import { contentHash } from '../../base/hash.ts';
import type { FeedShape, ObjectDefinition, ReadPart, RecordShape } from '../../kit/index.ts';
import { openFeedPage } from './feed-page.ts';

async function read(
  items: string[],
  feed: FeedShape,
  shape: Partial<RecordShape> = {},
  part: Partial<ReadPart> = {},
  settledBefore: Date | null = null,
) {
  const whole: ReadPart = {
    ...{ name: 'feed', signal: 'records', recordsPath: 'items', completeness: 'complete', feed },
    request: () => ({ method: 'GET', path: '/' }),
    next: () => null,
    ...part,
  };
  const object: ObjectDefinition = {
    ...{ label: 'Things', docsUrl: 'https://sandbox.test/docs', pageSizeMax: 100, scopes: [], visibilityLagSeconds: 0 },
    record: { id: 'id', modifiedAt: 'updated', ...shape },
    full: { parts: [whole] },
  };
  const body = Buffer.from(`{"items":[${items.join(', ')}],"next":"n1"}`);
  const opened = openFeedPage({ body, part: whole, object, headers: {}, askedSeq: 7n, recordBytesMax: 1000, feed, settledBefore });
  const { settledMark, isSettled } = opened;
  return {
    ...(await opened.read()),
    settledMark,
    isSettled,
    last: opened.answer.last,
    count: opened.answer.count,
    envelope: opened.answer.envelope,
  };
}

const events: FeedShape = {
  record: 'data.object',
  id: 'data.id',
  deleted: { path: 'type', values: ['thing.deleted'] },
  changedAt: { path: 'created', unit: 'seconds' },
  mark: 'id',
  only: { path: 'type', values: ['thing.created', 'thing.updated', 'thing.deleted'] },
};
const event = (id: string, type: string, data: string, created = 1_767_225_600) =>
  `{"id":"${id}","type":"thing.${type}","created":${created},"data":${data}}`;
const brief = (page: Awaited<ReturnType<typeof read>>) =>
  page.records.map(({ id, isDeleted, raw, modifiedAt }) => [id, isDeleted ? 'deleted' : String(raw), modifiedAt?.toISOString() ?? null]);

test('takes the record out of its item, byte for byte, with the time of the change', async () => {
  const raw = '{ "z":1.10, "id":9007199254740993,"n":{"a":[1, 2]} }';
  const page = await read([event('evt_1', 'created', `{"object": ${raw} }`)], events);
  expect(brief(page)).toEqual([['9007199254740993', raw, '2026-01-01T00:00:00.000Z']]);
  expect(page.records[0]).toMatchObject({ hash: contentHash(Buffer.from(raw)), askedSeq: 7n, isSanitised: false });
  expect(page).toMatchObject({ last: { id: '9007199254740993', watermark: 'evt_1' }, count: 1, envelope: { items: [], next: 'n1' } });
});

test('D20 of one record the last item of the page counts, and an item that is told twice is one', async () => {
  const page = await read(
    [
      event('evt_1', 'created', '{"object":{"id":"a","v":1}}'),
      event('evt_2', 'deleted', '{"object":{"id":"b","v":1}}'),
      event('evt_3', 'updated', '{"object":{"id":"a","v":2}}'),
      event('evt_3', 'updated', '{"object":{"id":"a","v":2}}'),
      event('evt_4', 'deleted', '{"id":"c"}'),
      event('evt_5', 'created', '{"object":{"id":"c","v":3}}', 1_767_225_601),
    ],
    events,
  );
  expect(brief(page)).toEqual([
    ['a', '{"id":"a","v":2}', '2026-01-01T00:00:00.000Z'],
    ['c', '{"id":"c","v":3}', '2026-01-01T00:00:01.000Z'],
    ['b', 'deleted', '2026-01-01T00:00:00.000Z'],
  ]);
  expect(page.count).toBe(6);
});

test('a page that lists the newest first is turned round: the last item is the newest', async () => {
  const items = [event('evt_2', 'deleted', '{"object":{"id":"a"}}'), event('evt_1', 'created', '{"object":{"id":"a"}}')];
  const page = await read(items, { ...events, order: 'newest_first' });
  expect(brief(page)).toEqual([['a', 'deleted', '2026-01-01T00:00:00.000Z']]);
  expect(page.last).toEqual({ id: 'a', watermark: 'evt_2' });
});

test('items of other objects are passed over, and still move the position', async () => {
  const page = await read(
    [event('evt_1', 'created', '{"object":{"id":"a"}}'), '{"id":"evt_2","type":"other.created","data":{"object":{"id":"x"}}}'],
    events,
  );
  expect(page.records.map(({ id }) => id)).toEqual(['a']);
  expect(page.last).toEqual({ id: null, watermark: 'evt_2' });
});

test.each<[string, string, FeedShape]>([
  ['a value that is there', '{"id":"a","@removed":{"reason":"deleted"}}', { deleted: { path: '@removed' } }],
  ['a boolean', '{"id":"a","removed":true}', { deleted: { path: 'removed', values: ['true'] } }],
  ['the record’s own mark', '{"id":"a","gone":true}', {}],
  ['an id of its own', '{"removed":true,"file_id":"a","file":null}', { record: 'file', id: 'file_id', deleted: { path: 'removed' } }],
])('a deleted record shows by %s', async (_name, item, feed) => {
  const page = await read([item], feed, { isDeleted: feed.record ? 'is_gone' : 'gone' });
  expect(page.records).toMatchObject([{ id: 'a', isDeleted: true }]);
  expect(page.quarantined).toEqual([]);
});

test.each(['false', 'null'])('a removal that says %s is none', async (value) => {
  const page = await read([`{"id":"a","removed":${value}}`], { deleted: { path: 'removed' } });
  expect(page.records).toMatchObject([{ id: 'a', isDeleted: false }]);
});

test('composite keys come from the record or from the item', async () => {
  const feed: FeedShape = { record: 'row', id: ['key.region', 'key.number'], deleted: { path: 'gone' } };
  const page = await read(['{"row":{"region":"eu","number":7}}', '{"key":{"region":"us","number":8},"gone":true}'], feed, {
    id: ['region', 'number'],
  });
  expect(page.records.map(({ id, isDeleted }) => [id, isDeleted])).toEqual([
    ['["eu",7]', false],
    ['["us",8]', true],
  ]);
});

test('what is no item, has no id or holds no record is set aside with its reason and loses nothing else', async () => {
  const page = await read(
    ['7', event('evt_1', 'created', '{}'), event('evt_2', 'created', '{"id":"b"}'), event('evt_3', 'created', '{"object":{"id":"a"}}')],
    events,
  );
  expect(page.records.map(({ id }) => id)).toEqual(['a']);
  expect(page.quarantined.map(({ id, reason }) => [id, reason])).toEqual([
    [null, 'malformed'],
    [null, 'malformed'],
    ['b', 'malformed'],
  ]);
});

test('a log of what was, declared lagging, never counts as newer than what was stored before it came', async () => {
  const items = [event('evt_1', 'created', '{"object":{"id":"a"}}'), event('evt_2', 'deleted', '{"id":"b"}')];
  const page = await read(items, events, {}, { isLagging: true });
  expect(page.records.map(({ askedSeq }) => askedSeq)).toEqual([0n, 0n]);
});

test.each([
  ['all of them are old', 1_767_225_603, 'evt_3', true],
  ['the last is too young', 1_767_225_602, 'evt_2', false],
  ['the first is too young', 1_767_225_600, null, false],
])('H52 the position does not pass an item before which another may yet appear: %s', async (_name, seconds, settledMark, isSettled) => {
  const items = [1, 2, 3].map((n) => event(`evt_${n}`, 'created', `{"object":{"id":"a${n}"}}`, 1_767_225_599 + n));
  const page = await read(items, events, {}, {}, new Date(seconds * 1000));
  expect(page).toMatchObject({ settledMark, isSettled, last: { watermark: 'evt_3' } });
  expect(page.records).toHaveLength(3);
});
