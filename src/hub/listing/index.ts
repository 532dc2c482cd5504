import type { HubHandle } from '../handle.ts';
import { feedHorizon } from './feed-horizon.ts';
import { getRecords } from './get-records.ts';
import type { ListingOfHub } from './types.ts';

/** Records by id, and whether there is news: verbs of one hub. The hub offers whatever this answers. */
export function listingOf(hub: HubHandle): ListingOfHub {
  return {
    getRecords: (input) => getRecords(hub, input),
    feedHorizon: () => feedHorizon(hub),
  };
}
