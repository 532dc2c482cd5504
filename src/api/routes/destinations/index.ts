import type { Endpoint } from '../../endpoint.ts';
import { getDestinationEndpoint } from './get.ts';
import { listDestinationsEndpoint } from './list.ts';

export const destinationEndpoints: readonly Endpoint[] = [listDestinationsEndpoint, getDestinationEndpoint];
