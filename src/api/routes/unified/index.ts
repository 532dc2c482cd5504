import type { Endpoint } from '../../endpoint.ts';

export const unifiedEndpoints: readonly Endpoint[] = [];
