import type { Mutation } from './mutations.ts';

export const webhooks: Mutation[] = [];
