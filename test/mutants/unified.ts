import type { Mutation } from './mutations.ts';

export const unified: Mutation[] = [];
