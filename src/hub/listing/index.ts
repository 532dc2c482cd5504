import type { HubHandle } from '../handle.ts';

/** Records by id, and how many there are: verbs of one hub. The hub offers whatever this answers. */
export function listingOf(_hub: HubHandle): object {
  return {};
}
