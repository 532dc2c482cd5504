import type { Endpoint } from '../../endpoint.ts';

export const sqlCredentialEndpoints: readonly Endpoint[] = [];
