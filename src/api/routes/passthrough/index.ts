import type { Endpoint } from '../../endpoint.ts';

export const passthroughEndpoints: readonly Endpoint[] = [];
