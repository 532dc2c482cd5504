import type { WorldPart } from '../world.ts';

export const part: WorldPart = {
  ids: async () => ({}),
  bodies: () => ({ sendPassthrough: { method: 'GET', path: '/account' } }),
};
