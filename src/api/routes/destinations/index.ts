import type { Endpoint } from '../../endpoint.ts';
import { createDestinationEndpoint } from './create.ts';
import { deleteDestinationEndpoint } from './delete.ts';
import { getDestinationEndpoint } from './get.ts';
import { listDestinationsEndpoint } from './list.ts';
import { testDestinationEndpoint } from './test.ts';
import { updateDestinationEndpoint } from './update.ts';

export const destinationEndpoints: readonly Endpoint[] = [
  createDestinationEndpoint,
  listDestinationsEndpoint,
  getDestinationEndpoint,
  updateDestinationEndpoint,
  deleteDestinationEndpoint,
  testDestinationEndpoint,
];
