import { destinationOf } from '../../../support/own-destination.ts';
import type { WorldPart } from '../world.ts';

/** A closed port: whoever gets so far is refused. */
const nowhere = 'postgresql://user:password@127.0.0.1:1/database';

export const part: WorldPart = {
  ids: async () => ({}),
  bodies: () => ({
    createDestination: destinationOf(nowhere),
    updateDestination: { settings: { rows_per_second_max: 1000 } },
  }),
};
