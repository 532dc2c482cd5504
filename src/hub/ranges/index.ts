import type { HubHandle } from '../handle.ts';
import { readRange } from './read-range.ts';
import type { RangesOfHub } from './types.ts';

/** The records of an event: verbs of one hub. The hub offers whatever this answers. */
export function rangesOf(hub: HubHandle): RangesOfHub {
  return { readRange: (input) => readRange(hub, input) };
}
