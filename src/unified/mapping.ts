import { AppError } from '../base/errors.ts';
import { findProvider } from '../catalog/index.ts';
import type { UnifiedMapping } from '../db/generated/client.ts';
import { branchesOf } from './branches.ts';
import type { UnifiedCtx } from './context.ts';
import type { CustomFields, MappingMode } from './custom-field.ts';
import { modelOf } from './models.ts';

/** Custom fields that a vendor declares for a model at a provider. */
export interface CustomMapping {
  category: string;
  model: string;
  provider: string;
  /** null: of every customer. */
  customerId: string | null;
  /** null: of every customer. */
  mode: MappingMode | null;
  fields: CustomFields;
  createdAt: Date;
  updatedAt: Date;
}

export function shownMapping(row: UnifiedMapping): CustomMapping {
  const { category, model, provider, customerId, mode, fields, createdAt, updatedAt } = row;
  return {
    category,
    model,
    provider,
    customerId: customerId === '' ? null : customerId,
    mode: customerId === '' ? null : modeOf(mode),
    fields: fields as CustomFields,
    createdAt,
    updatedAt,
  };
}

/** A process of an older release writes another word, and means this. */
export function modeOf(stored: string): MappingMode {
  return stored === 'replace' ? 'replace' : 'inherit';
}

/** Only of what has records: the model exists, and the provider has an object for it. */
export async function requireMapped(
  ctx: Pick<UnifiedCtx, 'catalog' | 'db'>,
  applicationId: string,
  { category, model, provider }: Pick<CustomMapping, 'category' | 'model' | 'provider'>,
): Promise<ReturnType<typeof branchesOf>> {
  const known = modelOf(category, model);
  const found = branchesOf([await findProvider(ctx, applicationId, provider)], known);
  if (found.length > 0) return found;
  throw new AppError('mapping_invalid', `${provider} has no object that becomes ${category}/${model}: there is nothing to add fields to.`, {
    details: { category, model, provider },
  });
}
