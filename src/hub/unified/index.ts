import type { HubHandle } from '../handle.ts';
import { listUnified } from './list-unified.ts';
import { copyMappings } from './mappings.ts';
import { previewUnified } from './preview.ts';
import type { DeclaredField, UnifiedPage, UnifiedPageInput, UnifiedPreview, UnifiedPreviewInput } from './types.ts';

export interface UnifiedOfHub {
  /** A page of a model's records across the tables. */
  listUnified(input: UnifiedPageInput): Promise<UnifiedPage>;
  /** The newest records as they would be shown with custom fields that are not declared. Writes nothing. */
  previewUnified(input: UnifiedPreviewInput): Promise<UnifiedPreview>;
  /** Takes over the custom fields that `read` answers. */
  copyMappings(read: () => Promise<DeclaredField[]>): Promise<void>;
}

/** Unified models across the tables: verbs of one hub. The hub offers whatever this answers. */
export function unifiedOf(hub: HubHandle): UnifiedOfHub {
  return {
    listUnified: (input) => listUnified(hub, input),
    previewUnified: (input) => previewUnified(hub, input),
    copyMappings: (read) => copyMappings(hub, read),
  };
}
