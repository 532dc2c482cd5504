import { expect, test, vi } from 'vitest';
import { takeBuffer } from '../../base/body-buffers.ts';
import { likeRecord } from '../../hub/incoming-record.ts';
import { ProviderError } from '../../kit/index.ts';
import { endPageThread, openInThread, threadPageBytesMin } from './read-in-thread.ts';
import { openPage, type PageInput, type ReadPage, readPage } from './read-page.ts';

const object = { record: { id: 'id', modifiedAt: 'updated_at', isDeleted: 'is_deleted', deletedAt: 'deleted_at' } };
const part = { recordsPath: 'data', signal: 'records' };
const padding = `"padding":"${'x'.repeat(threadPageBytesMin)}"`;
const numbered = (from: number, count: number, more = '') =>
  Array.from({ length: count }, (_, i) => {
    const n = String(from + i).padStart(6, '0');
    return `{"id":"r${n}","updated_at":"2026-01-01T00:00:${String(i % 60).padStart(2, '0')}Z"${more}}`;
  });
const listOf = (...records: string[]) => `{"data":[${records.join(',')}],${padding},"next":"n"}`;

function inputOf(text: string | Buffer): PageInput {
  const bytes = Buffer.from(text);
  const body = takeBuffer(bytes.length).subarray(0, bytes.length);
  bytes.copy(body);
  const watermark = { path: 'updated_at', type: 'datetime' as const };
  return { body, part, object, watermark, headers: { etag: 'e' }, askedSeq: 7n, recordBytesMax: 500 } as unknown as PageInput;
}

const shown = ({ records, quarantined, answer, highestWatermark, bytes }: ReadPage) => ({
  records: records.map((record) => ({ ...likeRecord(record, {}), hash: record.hash.slice(0, 16), raw: record.raw.toString() })),
  quarantined: quarantined.map((record) => ({ ...record, raw: record.raw.toString() })),
  ...{ answer, highestWatermark, bytes },
});

test.each<[string, string | Buffer, boolean]>([
  ['plain records', listOf(...numbered(1, 300)), true],
  ['ids that are not ASCII', listOf('{"id":"ä"}', '{"id":"名前"}'), true],
  ['no record', listOf(), true],
  ['ids out of order', listOf(...numbered(5, 2), ...numbered(1, 2)), true],
  ['an id that stands twice', listOf(...numbered(1, 2), ...numbered(2, 1)), true],
  ['a deleted record', listOf('{"id":"a"}', '{"id":"b","is_deleted":true,"deleted_at":"2026-01-02T00:00:00Z"}'), false],
  ['a record that jsonb refuses', listOf('{"id":"a"}', '{"id":"b","name":"\\u0000 and \\ud800"}', '{"id":"c"}'), false],
  ['an id that Postgres refuses', listOf('{"id":"a"}', '{"id":"b\\u0000"}'), false],
  ['records without an id, too large or none', listOf('{"x":1}', '7', `{"id":"c","x":"${'y'.repeat(600)}"}`, '{"id":"d"}'), false],
  ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(listOf(...numbered(1, 3)))]), true],
  ['a page that only the parser understands', `{"data":[],"data":[{"id":"a","n":1.10}],${padding}}`, true],
])('reads as this thread does: %s', async (_what, text, isPlain) => {
  const opened = await openInThread(inputOf(text))!;
  const page = await opened.read();
  expect(shown(page)).toEqual(shown(readPage(inputOf(text))));
  expect(page.batch !== null).toBe(isPlain);
  expect(page.batch?.count ?? page.records.length).toBe(page.records.length);
});

test('many pages at the same time keep their own records', async () => {
  const texts = Array.from({ length: 20 }, (_, i) => listOf(...numbered(i * 1000, 50, `,"page":${i}`)));
  const pages = await Promise.all(texts.map(async (text) => (await openPage(inputOf(text))).read()));
  expect(pages.map(shown)).toEqual(texts.map((text) => shown(readPage(inputOf(text)))));
});

test('what is no page is refused in the same words', async () => {
  const text = `{"items":[],${padding}}`;
  const refusal = await openInThread(inputOf(text))!.catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ProviderError);
  expect(refusal).toMatchObject({ meaning: 'unavailable', message: errorOf(() => readPage(inputOf(text))).message });
});

test('a small page, and one in memory of its own, is read here', () => {
  expect(openInThread({ ...inputOf(listOf()), body: Buffer.from('{"data":[]}') })).toBeNull();
  expect(openInThread({ ...inputOf(listOf()), body: Buffer.from(listOf()) })).toBeNull();
});

test('a thread that ends loses no page: it is read here, and the end is told', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const text = listOf(...numbered(1, 100));
  const half = await openPage(inputOf(text));
  const asked = Array.from({ length: 5 }, () => openPage(inputOf(text)));
  await endPageThread();
  const pages = await Promise.all([half.read(), ...asked.map(async (page) => (await page).read())]);
  expect(pages.map(shown)).toEqual(pages.map(() => shown(readPage(inputOf(text)))));
  expect(warned).toHaveBeenCalledWith(
    expect.stringContaining('thread that reads pages'),
    expect.objectContaining({ type: 'SynclineWarning' }),
  );
  warned.mockRestore();
  expect((await (await openPage(inputOf(text))).read()).batch?.count).toBe(100);
});

function errorOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not throw');
}
