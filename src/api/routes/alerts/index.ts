import type { Endpoint } from '../../endpoint.ts';

export const alertEndpoints: readonly Endpoint[] = [];
