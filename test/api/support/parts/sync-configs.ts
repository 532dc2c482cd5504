import type { WorldPart } from '../world.ts';

export const part: WorldPart = { ids: async () => ({}), bodies: () => ({ updateSync: { interval_seconds: 300 } }) };
