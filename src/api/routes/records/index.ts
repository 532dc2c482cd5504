import type { Endpoint } from '../../endpoint.ts';
import { listRecordsEndpoint } from './list.ts';

export const recordEndpoints: readonly Endpoint[] = [listRecordsEndpoint];
