import { expect, test } from 'vitest';
import { storeUnfolded } from './unfolded.ts';

const lines = { inserted: 3, updated: 0, deleted: 1, quarantined: 0, firstSeq: '10', lastSeq: '14' };

test('changes of unfolded objects are announced once, when the run ends or is caught up with', () => {
  const under = storeUnfolded({}, { lines }, false);
  expect(under).toEqual({ news: [], stored: { lines: { inserted: 3, updated: 0, deleted: 1, quarantined: 0, announced_seq: null } } });
  const ended = storeUnfolded(under.stored, { lines }, true);
  expect(ended.news).toEqual([{ object: 'lines', inserted: 3, updated: 0, deleted: 1, firstSeq: '10', lastSeq: '14' }]);
  expect(storeUnfolded(ended.stored, { lines }, true).news).toEqual([]);
  expect(storeUnfolded(ended.stored, { lines: { ...lines, lastSeq: '20' } }, true).news).toHaveLength(1);
});

test('nothing written is no news', () => {
  expect(storeUnfolded({}, { lines: { ...lines, firstSeq: null, lastSeq: null } }, true).news).toEqual([]);
});
