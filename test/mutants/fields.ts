import type { Mutation } from './mutations.ts';

export const fields: Mutation[] = [];
