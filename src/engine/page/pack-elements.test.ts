import { expect, test } from 'vitest';
import { likeRecord } from '../../hub/incoming-record.ts';
import { openPage, type PageInput, type ReadPage, readPage } from './read-page.ts';

const object = { record: { id: 'id', modifiedAt: 'updated_at', isDeleted: 'is_deleted', deletedAt: 'deleted_at' } };
const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => {
    const at = `2026-01-01T00:00:${String((i * 7) % 60).padStart(2, '0')}Z`;
    return `{"id":"r${String(from + i).padStart(6, '0')}","updated_at":"${at}"}`;
  });
const listOf = (...records: string[]) => `{"data":[${records.join(',')}],"next":"n"}`;

function inputOf(text: string | Buffer, record = {}): PageInput {
  const watermark = { path: 'updated_at', type: 'datetime' as const };
  const part = { recordsPath: 'data', signal: 'records' };
  const given = { body: Buffer.from(text), part, object: { record: { ...object.record, ...record } }, watermark, headers: { etag: 'e' } };
  return { ...given, askedSeq: 7n, recordBytesMax: 500, isReread: true } as unknown as PageInput;
}

const shown = ({ records, quarantined, answer, highestWatermark, bytes }: ReadPage) => ({
  records: records.map((record) => ({ ...likeRecord(record, {}), raw: record.raw.toString() })),
  quarantined: quarantined.map((record) => ({ ...record, raw: record.raw.toString() })),
  ...{ answer, highestWatermark, bytes },
});

/** The elements of a text[] or bytea[]. */
function elementsOf(bytes: Uint8Array): string[] {
  const all = Buffer.from(bytes);
  const found: string[] = [];
  for (let at = 0; at < all.length; ) {
    const end = at + 4 + all.readInt32BE(at);
    found.push(all.toString('latin1', at + 4, end));
    at = end;
  }
  return found;
}

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

test.each<[string, string | Buffer, boolean, object?]>([
  ['plain records', listOf(...numbered(1, 300)), true],
  ['ids that are not ASCII, and long ones', listOf('{"id":"ä"}', '{"id":"名前"}', `{"id":"${'l'.repeat(400)}"}`), true],
  ['numbers', listOf('{"id":9007199254740993}', '{"id":7}'), true],
  ['no record', listOf(), true],
  ['ids out of order', listOf(...numbered(5, 2), ...numbered(1, 2)), true],
  ['an escape in a text', listOf('{"id":"a","name":"\\u00e4 \\" \\\\"}'), true],
  ['spaces', listOf('{ "id" : "a" , "updated_at" : "2026-01-01T00:00:00Z" }'), true],
  ['an escape in an id', listOf('{"id":"a\\u0062"}'), false],
  ['negative numbers', listOf('{"id":-7}'), false],
  ['a deleted record', listOf('{"id":"a"}', '{"id":"b","is_deleted":true,"deleted_at":"2026-01-02T00:00:00Z"}'), false],
  ['a record that jsonb refuses', listOf('{"id":"a"}', '{"id":"b","name":"\\u0000 and \\ud800"}'), false],
  ['bytes that are no UTF-8', Buffer.from(listOf('{"id":"a\xff"}', '{"id":"b"}'), 'latin1'), false],
  ['an empty id', listOf('{"id":""}'), false],
  ['an id that is too long', listOf(`{"id":"${'l'.repeat(1025)}"}`), false],
  ['no id', listOf('{"x":1}', '{"id":null}', '{"id":true}', '{"id":{"a":1}}'), false],
  ['what is no record', listOf('7', '{"id":"d"}'), false],
  ['a record that is too large', listOf(`{"id":"c","x":"${'y'.repeat(600)}"}`), false],
  ['a key of two parts', listOf('{"id":"a","region":"eu"}'), false, { id: ['region', 'id'] }],
  ['a path of alternatives', listOf('{"id":"a"}'), false, { id: 'key|id' }],
])('a page that is read again says the same as at first: %s', async (_what, text, isPlain, record) => {
  const page = await (await openPage(inputOf(text, record))).read();
  const whole = readPage(inputOf(text, record));
  expect(page.batch !== undefined).toBe(isPlain);
  if (page.batch) {
    expect(page.batch.count).toBe(whole.records.length);
    expect(elementsOf(page.batch.ids)).toEqual(whole.records.map(({ id }) => latin1(id)));
    expect(elementsOf(page.batch.idHashes)).toEqual(whole.records.map(({ id, hash }) => latin1(id) + hash.slice(0, 16)));
  }
  expect(shown(page)).toEqual(shown(whole));
});

test('a record whose id holds a NUL byte is set aside, also on a page that is read again', async () => {
  const text = listOf('{"id":"a"}', '{"id":"b\u0000c"}', '{"id":"d"}');
  const page = await (await openPage(inputOf(text))).read();
  expect(page.quarantined).toMatchObject([{ id: null, reason: 'id_missing' }]);
  expect(page.records.map(({ id }) => id)).toEqual(['a', 'd']);
  expect(shown(page)).toEqual(shown(readPage(inputOf(text))));
});
