import type { Endpoint } from '../../endpoint.ts';
import { createFieldEndpoint } from './create.ts';
import { deleteFieldEndpoint } from './delete.ts';
import { getFieldEndpoint } from './get.ts';
import { listFieldsEndpoint } from './list.ts';
import { listFieldSuggestionsEndpoint } from './list-suggestions.ts';
import { listViewsEndpoint } from './list-views.ts';
import { updateFieldEndpoint } from './update.ts';

export const fieldEndpoints: readonly Endpoint[] = [
  createFieldEndpoint,
  listFieldsEndpoint,
  getFieldEndpoint,
  updateFieldEndpoint,
  deleteFieldEndpoint,
  listFieldSuggestionsEndpoint,
  listViewsEndpoint,
];
