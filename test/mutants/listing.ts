import type { Mutation } from './mutations.ts';

export const listing: Mutation[] = [];
