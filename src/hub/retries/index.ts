import type { HubHandle } from '../handle.ts';

/** What was refused, once more: verbs of one hub. The hub offers whatever this answers. */
export function retriesOf(_hub: HubHandle): object {
  return {};
}
