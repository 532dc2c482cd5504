import type { Endpoint } from '../../endpoint.ts';
import { listAlertsEndpoint } from './list.ts';

export const alertEndpoints: readonly Endpoint[] = [listAlertsEndpoint];
