import type { Endpoint } from '../../endpoint.ts';
import { sendPassthroughEndpoint } from './send.ts';

export const passthroughEndpoints: readonly Endpoint[] = [sendPassthroughEndpoint];
