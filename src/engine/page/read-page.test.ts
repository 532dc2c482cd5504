import { describe, expect, test } from 'vitest';
import { contentHash } from '../../base/hash.ts';
import { likeRecord } from '../../hub/incoming-record.ts';
import type { IncrementalDefinition, ObjectDefinition, ReadPart, RecordShape } from '../../kit/index.ts';
import { quarantineBytesMax } from './read-element.ts';
import { type PageInput, readPage } from './read-page.ts';

const watermark: IncrementalDefinition['watermark'] = { path: 'updated_at', type: 'datetime' };

function read(
  body: string | Buffer,
  shape: Partial<RecordShape> = {},
  options: Partial<Omit<PageInput, 'part'>> & { part?: Partial<ReadPart> } = {},
) {
  const part: ReadPart = {
    name: 'list',
    signal: 'records',
    recordsPath: 'data',
    completeness: 'complete',
    request,
    next: () => null,
    ...options.part,
  };
  const object: ObjectDefinition = {
    label: 'Contacts',
    docsUrl: 'https://sandbox.test/docs',
    record: { id: 'id', modifiedAt: 'updated_at', isDeleted: 'is_deleted', deletedAt: 'deleted_at', ...shape },
    pageSizeMax: 1000,
    full: { parts: [part] },
    scopes: [],
    visibilityLagSeconds: 0,
  };
  return readPage({ watermark, headers: {}, askedSeq: 7n, recordBytesMax: 10_000, ...options, body: Buffer.from(body), part, object });
}

const request = () => ({ method: 'GET', path: '/' }) as const;
const page = (...records: string[]) => `{"data":[${records.join(',')}],"next_cursor":"n"}`;

describe('records', () => {
  test('keep their bytes, so that 9007199254740993 and 1.10 and the order of keys survive', () => {
    const raw = '{ "z":1.10, "id":"a","n":9007199254740993, "updated_at":"2026-01-01T00:00:00.5Z" }';
    const { records, answer, bytes } = read(page(raw));
    expect(records.map((record) => likeRecord(record, {}))).toEqual([
      {
        id: 'a',
        hash: contentHash(Buffer.from(raw)),
        raw: Buffer.from(raw),
        modifiedAt: new Date('2026-01-01T00:00:00.500Z'),
        isDeleted: false,
        isSanitised: false,
        askedSeq: 7n,
      },
    ]);
    expect({ answer, bytes }).toEqual({
      answer: { envelope: { data: [], next_cursor: 'n' }, headers: {}, count: 1, last: { id: 'a', watermark: '2026-01-01T00:00:00.5Z' } },
      bytes: Buffer.byteLength(page(raw)),
    });
  });

  test.each([
    ['a number, exactly as written', 'id', '{"id":9007199254740993}', '9007199254740993'],
    ['a nested one', 'meta.id', '{"meta":{"id":"x"}}', 'x'],
    ['a composite key', ['region', 'number'], '{"region":"eu","number":12}', '["eu",12]'],
    ['a composite key of text', ['region', 'number'], '{"region":"eu","number":"12"}', '["eu","12"]'],
    ['a composite key with a comma', ['region', 'number'], '{"region":"e,\\"u","number":1}', '["e,\\"u",1]'],
    ['an escaped one', 'id', '{"id":"\\u0061\\n"}', 'a\n'],
  ])('have %s as id', (_name, id, raw, expected) => {
    expect(read(page(raw), { id }).records.map((record) => record.id)).toEqual([expected]);
  });

  test('H67 U+0000 and lone surrogates are replaced visibly and reported; the hash stays that of the bytes as they came', () => {
    const raw = '{"id":"a","name":"x\\u0000y\\ud800","n":1.10}';
    const [record] = read(page(raw, '{"id":"b","name":"\\ud83d\\ude00"}')).records;
    expect({ ...likeRecord(record!, {}), raw: record!.raw.toString() }).toMatchObject({
      raw: '{"id":"a","name":"x\\ufffdy\\ufffd","n":1.10}',
      isSanitised: true,
    });
    expect(record!.hash).toEqual(contentHash(Buffer.from(raw)));
    expect(read(page(raw, '{"id":"b","name":"\\ud83d\\ude00"}')).records[1]!.isSanitised).toBe(false);
  });

  test('bytes that are not UTF-8 are replaced visibly', () => {
    const body = Buffer.concat([Buffer.from('{"data":[{"id":"a","name":"'), Buffer.from([0xff]), Buffer.from('"}]}')]);
    expect(read(body).records.map(({ raw, isSanitised }) => [raw.toString(), isSanitised])).toEqual([['{"id":"a","name":"\ufffd"}', true]]);
  });

  test('answers of a lagging index never count as asked after what is stored', () => {
    expect(read(page('{"id":"a"}'), {}, { part: { isLagging: true } }).records[0]!.askedSeq).toBe(0n);
  });

  test('a deletion mark makes a delete signal with the time of the deletion', () => {
    const raw = '{"id":"a","is_deleted":true,"deleted_at":"2026-01-02T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}';
    expect(read(page(raw)).records).toMatchObject([{ isDeleted: true, modifiedAt: new Date('2026-01-02T00:00:00Z') }]);
  });

  test('of a deletions part every record is a delete signal, and none moves the watermark', () => {
    const raw = '{"id":"a","deleted_at":"2026-01-02T00:00:00Z","updated_at":"2026-01-03T00:00:00Z"}';
    const { records, highestWatermark } = read(page(raw), {}, { part: { signal: 'deletions' } });
    expect({ records, highestWatermark }).toMatchObject({
      records: [{ isDeleted: true, modifiedAt: new Date('2026-01-02T00:00:00Z') }],
      highestWatermark: null,
    });
  });
});

describe('the watermark of a page', () => {
  test('is the highest by type, not by text or by place', () => {
    const records = ['{"id":1,"v":9}', '{"id":2,"v":10}', '{"id":3,"v":"x"}', '{"id":4}'];
    const { highestWatermark, answer } = read(page(...records), {}, { watermark: { path: 'v', type: 'integer' } });
    expect({ highestWatermark, last: answer.last }).toEqual({ highestWatermark: '10', last: { id: '4', watermark: null } });
  });

  test('is the newest in feed order when it is opaque', () => {
    const records = ['{"id":1,"t":"zz"}', '{"id":2,"t":"aa"}'];
    expect(read(page(...records), {}, { watermark: { path: 't', type: 'opaque' } }).highestWatermark).toBe('aa');
  });

  test('is null for an empty page', () => {
    expect(read(page())).toMatchObject({ records: [], highestWatermark: null, answer: { count: 0, last: null } });
  });
});

describe('one bad record never loses the page', () => {
  const good = '{"id":"good"}';
  test.each([
    ['no id', '{"name":"x"}', 'id_missing', null],
    ['null as id', '{"id":null}', 'id_missing', null],
    ['an empty id', '{"id":""}', 'id_missing', null],
    ['an object as id', '{"id":{}}', 'id_missing', null],
    ['an id that Postgres cannot store', '{"id":"a\\u0000"}', 'id_missing', null],
    ['an id longer than an index row', `{"id":"${'x'.repeat(2000)}"}`, 'id_missing', null],
    ['no object', '"text"', 'malformed', null],
    ['null', 'null', 'malformed', null],
    ['an array', '[1]', 'malformed', null],
    ['broken JSON', '{"id" "a"}', 'malformed', null],
    ['too many bytes', `{"id":"big","text":"${'x'.repeat(10_000)}"}`, 'too_large', 'big'],
  ])('%s is set aside with its reason', (_name, raw, reason, id) => {
    const { records, quarantined, answer } = read(page(raw, good));
    expect(records.map((record) => record.id)).toEqual(['good']);
    expect(quarantined).toMatchObject([{ id, reason, raw: Buffer.from(raw) }]);
    expect(answer.count).toBe(2);
  });

  test('a null in a composite key is set aside', () => {
    expect(read(page('{"a":"x","b":null}'), { id: ['a', 'b'] }).quarantined).toMatchObject([{ id: null, reason: 'id_missing' }]);
  });

  test('what is kept of a huge record is bounded', () => {
    const raw = `{"id":"big","text":"${'x'.repeat(200_000)}"}`;
    expect(read(page(raw)).quarantined[0]!.raw.length).toBe(quarantineBytesMax);
  });
});

describe('an answer that is not a page is unavailable, never empty', () => {
  test.each([
    ['nothing', ''],
    ['an error page', '<html>Bad gateway</html>'],
    ['a cut answer', '{"data":[{"id":1},{"id":'],
    ['a cut array', '{"data":[{"id":1}'],
    ['another document', '{"items":[]}'],
    ['null where the array should be', '{"data":null}'],
    ['an object where the array should be', '{"data":{}}'],
    ['a broken envelope', '{"data":[],"next":}'],
    ['a trailing comma', '{"data":[{"id":1},]}'],
  ])('%s', (_name, body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ name: 'ProviderError', meaning: 'unavailable' }));
  });
});

describe('odd documents are read by the parser, with their numbers as written', () => {
  test('a byte order mark', () => {
    expect(read(`\ufeff${page('{"id":1}')}`).records.map((record) => record.id)).toEqual(['1']);
  });

  test('the array under a key that stands twice: the last counts', () => {
    const { records, answer } = read('{"data":[{"id":1}],"data":[{"id":9007199254740993,"d":1.10}],"next":2}');
    expect(records.map((record) => record.raw.toString())).toEqual(['{"id":9007199254740993,"d":1.10}']);
    expect(answer.envelope).toEqual({ data: [], next: 2 });
  });

  test('an answer that is the array itself', () => {
    expect(read('[{"id":1},{"id":2}]', {}, { part: { recordsPath: '' } })).toMatchObject({ answer: { envelope: [], count: 2 } });
  });
});
