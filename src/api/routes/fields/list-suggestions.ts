import { z } from '@hono/zod-openapi';
import { listSuggestions } from '../../../fields/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pageOf, pageQuery, queryText, wirePage } from '../../wire/common.ts';
import { destinationExample } from '../destinations/schema.ts';
import { FieldSuggestion, objectInput, providerInput, wireSuggestion } from './schema.ts';

export const listFieldSuggestionsEndpoint = endpoint({
  operationId: 'listFieldSuggestions',
  method: 'get',
  path: '/v1/field-suggestions',
  tag: 'fields',
  summary: 'List field suggestions',
  description:
    'Fields that you could declare, in the order of their paths: what the newest records show, with the narrowest type that fits them, and what the provider says of its fields where it can be asked. What is declared is left out.',
  scope: 'fields:read',
  query: z.strictObject({
    ...pageQuery,
    provider: providerInput,
    object: objectInput,
    destination_id: queryText(
      "Of this destination; default: where the object's records land. Where those are several, it must be named.",
      destinationExample,
    ),
  }),
  status: 200,
  response: pageOf('FieldSuggestionPage', FieldSuggestion),
  errors: ['cursor_invalid', 'provider_unknown', 'object_unknown', 'not_found', 'destination_ambiguous', 'destination_unavailable'],
  handle: async ({ ctx, query: { cursor, page_size, provider, object, destination_id } }) =>
    wirePage(
      await listSuggestions({ ctx, input: { cursor, pageSize: page_size, provider, object, destinationId: destination_id } }),
      wireSuggestion,
    ),
});
