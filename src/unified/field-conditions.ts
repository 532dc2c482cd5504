import type { UnifiedModel } from '../catalog/index.ts';
import { conditionsOf, type FieldCondition, type FindField } from '../hub/listing/conditions.ts';
import { parseFilter } from '../hub/listing/filters.ts';
import { refused } from '../hub/listing/refusals.ts';

/** Conditions on a model's fields, as JSON text. Values that a field never has are refused: they would find nothing, silently. */
export function fieldConditions(model: UnifiedModel, filter: string): FieldCondition[] {
  const conditions = conditionsOf(parseFilter(filter), amongFields(model));
  for (const { column, operator, value } of conditions) {
    const field = model.fields[column]!;
    const values = field.type === 'list' ? undefined : field.values;
    const unknown = values && [value].flat().find((one) => !values.includes(one));
    if (unknown !== undefined) throw refused(`filter.${column}.${operator}`, `Must be of ${values!.join(', ')}.`);
  }
  return conditions;
}

function amongFields({ fields }: UnifiedModel): FindField {
  return (name, at) => {
    const field = Object.hasOwn(fields, name) ? fields[name]! : null;
    if (field !== null && field.type !== 'list') return { name, type: field.type };
    const known = Object.keys(fields).filter((one) => fields[one]!.type !== 'list');
    throw refused(at, `${field === null ? 'The model has no such field' : 'Lists are not compared'}. There are: ${known.join(', ')}.`);
  };
}
