import type { Mutation } from './mutations.ts';

export const sqlAccess: Mutation[] = [];
