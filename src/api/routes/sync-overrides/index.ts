import type { Endpoint } from '../../endpoint.ts';
import { updateSyncEndpoint } from './update.ts';

export const syncOverrideEndpoints: readonly Endpoint[] = [updateSyncEndpoint];
