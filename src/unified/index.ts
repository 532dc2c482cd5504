export { deleteMapping } from './delete-mapping.ts';
export { getUnified } from './get-unified.ts';
export { listMappings } from './list-mappings.ts';
export { listUnified } from './list-unified.ts';
export type { CustomMapping } from './mapping.ts';
export { previewMapping } from './preview-mapping.ts';
export { setMapping } from './set-mapping.ts';
