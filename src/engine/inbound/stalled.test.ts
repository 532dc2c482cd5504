import { expect, test } from 'vitest';
import type { ReadState } from '../../syncs/checkpoint-state.ts';
import { CheckpointStalled, refuseStalled } from './stalled.ts';

const read = (rest: Partial<ReadState>) => ({ kind: 'incremental', highest: null, unmarked: 0, ...rest }) as ReadState;

test.each([
  ['records came and none has a mark', read({ unmarked: 3 }), true],
  ['nothing came', read({}), false],
  ['some have one', read({ unmarked: 3, highest: '2026-01-01T00:00:00Z' }), false],
  ['a full read needs none', read({ kind: 'full', unmarked: 3 }), false],
  ['a window needs none', read({ kind: 'window', unmarked: 3 }), false],
] as const)('%s: stalled is %s', (_what, state, isStalled) => {
  const judge = () => refuseStalled(state, 'updated_at');
  if (isStalled) expect(judge).toThrow(CheckpointStalled);
  else expect(judge).not.toThrow();
});
