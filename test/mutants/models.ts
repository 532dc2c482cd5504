import type { Mutation } from './mutations.ts';

export const models: Mutation[] = [];
