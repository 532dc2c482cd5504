import type { Endpoint } from '../../endpoint.ts';

export const syncOverrideEndpoints: readonly Endpoint[] = [];
