import type { Mutation } from './mutations.ts';

export const destinations: Mutation[] = [];
