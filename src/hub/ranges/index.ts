import type { HubHandle } from '../handle.ts';

/** The records of an event: verbs of one hub. The hub offers whatever this answers. */
export function rangesOf(_hub: HubHandle): object {
  return {};
}
