import type { Mutation } from './mutations.ts';

export const syncConfigs: Mutation[] = [];
