import type { Endpoint } from '../../endpoint.ts';
import { createDestinationEndpoint } from './create.ts';
import { getDestinationEndpoint } from './get.ts';
import { listDestinationsEndpoint } from './list.ts';

export const destinationEndpoints: readonly Endpoint[] = [createDestinationEndpoint, listDestinationsEndpoint, getDestinationEndpoint];
