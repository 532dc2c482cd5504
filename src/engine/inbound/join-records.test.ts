import { expect, test } from 'vitest';
import type { BatchDefinition } from '../../kit/index.ts';
import { joinRecords, type Looked, openBatch, openNames } from './join-records.ts';

const parse = (bytes: Buffer) => JSON.parse(bytes.toString('utf8'));
const batch: BatchDefinition = {
  ...{ idsMax: 10, recordsPath: 'results', absence: 'deleted' },
  request: () => ({ method: 'GET', path: '/' }),
};

test('ids stand in items or are the items; texts, and numbers digit by digit', () => {
  const named = (answer: string, names: Parameters<typeof openNames>[1]) => openNames(Buffer.from(answer), names).items.map(({ id }) => id);
  expect(named('{"ids":["a","b\\u00e9"],"at":1}', { path: 'ids' })).toEqual(['a', 'bé']);
  expect(named('[9007199254740993, "x"]', { path: '' })).toEqual(['9007199254740993', 'x']);
  expect(named('{"data":[{"record":{"id":7}},{"record":{}},3]}', { path: 'data', id: 'record.id' })).toEqual(['7', null, null]);
  expect(named('{"ids":[null,{},[1],""]}', { path: 'ids' })).toEqual([null, null, null, null]);
});

test('an answer without its list, or with more names than memory is meant for, is no page', () => {
  expect(() => openNames(Buffer.from('{"ids":null}'), { path: 'ids' })).toThrow('no array');
  const many = JSON.stringify({ ids: Array.from({ length: 10_001 }, (_, i) => i) });
  expect(() => openNames(Buffer.from(many), { path: 'ids' })).toThrow('at most 10000');
});

test('the joined page keeps envelope, items and records byte by byte, and says what became of each', () => {
  const answer = '{"next":"c","ids":[{"id":"a","v":1.10},{"id":"b"},{"id":"c","gone":true},{"id":"d"},{"no":1}],"more":true}';
  const page = openNames(Buffer.from(answer), { path: 'ids', id: 'id', deleted: 'gone' });
  const looked = new Map<string, Looked>([
    ['a', Buffer.from('{"id":"a","n":9007199254740993}')],
    ['b', 'gone'],
    ['d', 'unknown'],
  ]);
  const joined = joinRecords(page, looked);
  expect(joined.toString()).toContain('"record":{"id":"a","n":9007199254740993}');
  expect(joined.toString()).toContain('"item":{"id":"a","v":1.10}');
  expect(parse(joined)).toMatchObject({
    ...{ next: 'c', more: true, ids: [] },
    named: [
      { id: 'a', state: 'read' },
      { id: 'b', state: 'gone' },
      { id: 'c', state: 'gone' },
      { id: 'd', state: 'unknown' },
      { id: null, state: 'read' },
    ],
  });
  expect(parse(joinRecords(openNames(Buffer.from('["a"]'), { path: '' }), new Map())).named).toEqual([
    { id: 'a', state: 'unknown', item: 'a' },
  ]);
});

test('a record of a batch without an id leaves open which one it is: the absence of others proves nothing', () => {
  const open = (answer: string) => openBatch(Buffer.from(answer), batch, { record: { id: 'id' } });
  expect(open('{"results":[{"id":"a"},{"id":2}]}')).toMatchObject({ isWhole: true });
  expect([...open('{"results":[{"id":"a"},{"id":2}]}').records.keys()]).toEqual(['a', '2']);
  expect(open('{"results":[{"id":"a"},{"name":"?"}]}').isWhole).toBe(false);
  expect(open('{"results":[{"id":"a"},null]}').isWhole).toBe(false);
});
