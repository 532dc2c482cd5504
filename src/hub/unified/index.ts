import type { HubHandle } from '../handle.ts';

/** Unified models across the tables: verbs of one hub. The hub offers whatever this answers. */
export function unifiedOf(_hub: HubHandle): object {
  return {};
}
