import type { FieldType } from '../../base/field-type.ts';
import { accountingModels } from './accounting.ts';
import { crmModels } from './crm.ts';
import type { UnifiedModel } from './model.ts';

export type { ModelField, ScalarField, UnifiedModel } from './model.ts';

export const models: readonly UnifiedModel[] = [...crmModels, ...accountingModels];

export function findModel(category: string, name: string): UnifiedModel | null {
  return models.find((model) => model.category === category && model.name === name) ?? null;
}

export function typesOf(model: UnifiedModel): Record<string, FieldType | 'list'> {
  return Object.fromEntries(Object.entries(model.fields).map(([name, { type }]) => [name, type]));
}
