import type { Endpoint } from '../../endpoint.ts';
import { deleteMappingEndpoint } from './delete-mapping.ts';
import { getUnifiedEndpoint } from './get.ts';
import { listUnifiedEndpoint } from './list.ts';
import { listMappingsEndpoint } from './list-mappings.ts';
import { previewMappingEndpoint } from './preview.ts';
import { setMappingEndpoint } from './set-mapping.ts';

export const unifiedEndpoints: readonly Endpoint[] = [
  listUnifiedEndpoint,
  previewMappingEndpoint,
  getUnifiedEndpoint,
  listMappingsEndpoint,
  setMappingEndpoint,
  deleteMappingEndpoint,
];
