import type { Endpoint } from '../../endpoint.ts';

export const fieldEndpoints: readonly Endpoint[] = [];
