import { AppError } from '../base/errors.ts';
import type { UnifiedModel } from '../catalog/index.ts';
import type { UnifiedRelation, UnifiedShown } from '../hub/unified/types.ts';
import type { ProviderDefinition } from '../kit/index.ts';
import { branchesOf } from './branches.ts';
import type { FoundDestination } from './find-destination.ts';
import { modelOf } from './models.ts';
import { customFieldsSql } from './views.ts';

/** The values of the custom fields that are declared, for whoever reads rows. */
export function customFieldsOf(
  model: UnifiedModel,
  { hasDeclarations }: Pick<FoundDestination, 'hasDeclarations'>,
): UnifiedShown['customFields'] {
  if (!hasDeclarations) return null;
  return (names, provider) => customFieldsSql(names, model, { provider, raw: 'u.raw', customerId: 'u.customer_id' });
}

/** Relations to show as the records that they name. */
export function relationsOf(definitions: readonly ProviderDefinition[], model: UnifiedModel, expand: readonly string[]): UnifiedRelation[] {
  const relations = Object.entries(model.fields).flatMap(([field, { type, ...rest }]) =>
    type !== 'list' && 'relation' in rest && rest.relation !== undefined ? [{ field, related: rest.relation }] : [],
  );
  return [...new Set(expand)].map((field) => {
    const relation = relations.find((one) => one.field === field);
    if (!relation) throw unknownRelation(field, relations);
    return { field, branches: branchesOf(definitions, modelOf(model.category, relation.related)) };
  });
}

function unknownRelation(field: string, relations: readonly { field: string }[]): AppError {
  const known = relations.map((one) => one.field).join(', ') || 'none';
  const message = `${JSON.stringify(field.slice(0, 100))} is no relation of this model that can be expanded. There are: ${known}.`;
  return new AppError('input_invalid', 'The input was refused. Correct the listed places and send it again.', {
    issues: [{ in: 'query', path: 'expand', message }],
  });
}
