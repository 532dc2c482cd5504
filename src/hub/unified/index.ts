import type { HubHandle } from '../handle.ts';
import { getUnified } from './get-unified.ts';
import { listUnified } from './list-unified.ts';
import { copyMappings, hasMappings } from './mappings.ts';
import { previewUnified } from './preview.ts';
import type {
  DeclaredField,
  UnifiedById,
  UnifiedFound,
  UnifiedPage,
  UnifiedPageInput,
  UnifiedPreview,
  UnifiedPreviewInput,
} from './types.ts';
import { refreshUnifiedViewsIfBehind } from './views.ts';

export interface UnifiedOfHub {
  /** A page of a model's records across the tables. */
  listUnified(input: UnifiedPageInput): Promise<UnifiedPage>;
  /** One record of a model, by its connection and its id at the provider. */
  getUnified(input: UnifiedById): Promise<UnifiedFound>;
  /** The newest records as they would be shown with custom fields that are not declared. Writes nothing. */
  previewUnified(input: UnifiedPreviewInput): Promise<UnifiedPreview>;
  /** The SQL views follow what is mapped by now, where they are behind. Does not wait for them. */
  refreshUnifiedViews(): Promise<void>;
  /** Takes over the custom fields that `read` answers. */
  copyMappings(read: () => Promise<DeclaredField[]>): Promise<void>;
  /** Whether it has taken over any. */
  hasMappings(): Promise<boolean>;
}

/** Unified models across the tables: verbs of one hub. The hub offers whatever this answers. */
export function unifiedOf(hub: HubHandle): UnifiedOfHub {
  return {
    listUnified: (input) => listUnified(hub, input),
    getUnified: (input) => getUnified(hub, input),
    previewUnified: (input) => previewUnified(hub, input),
    refreshUnifiedViews: () => refreshUnifiedViewsIfBehind(hub),
    copyMappings: (read) => copyMappings(hub, read),
    hasMappings: () => hasMappings(hub),
  };
}
