import type { Expr, UnifiedMapping } from '../base/mapping/expr.ts';
import type { UnifiedModel } from '../catalog/index.ts';
import type { ProviderDefinition } from '../kit/index.ts';
import { modelOf } from './models.ts';

/** How one object of a provider becomes a model. */
export interface ProviderMapping {
  provider: string;
  object: string;
  /** With every field of the model, in the model's order: what the provider does not have is null, or an empty list. */
  mapping: UnifiedMapping;
}

/** In the order of the definitions, then of their declarations. A provider without a mapping is not there. */
export function mappingsFor(definitions: readonly ProviderDefinition[], category: string, name: string): ProviderMapping[] {
  const model = modelOf(category, name);
  return definitions.flatMap(({ name: provider, unified = [] }) =>
    unified
      .filter((mapping) => mapping.category === model.category && mapping.model === model.name)
      .map((mapping) => ({ provider, object: mapping.object, mapping: completed(mapping, model) })),
  );
}

function completed(mapping: UnifiedMapping, model: UnifiedModel): UnifiedMapping {
  const fields = Object.entries(model.fields).map(([name, field]): [string, Expr] => [
    name,
    Object.hasOwn(mapping.fields, name) ? withMembers(mapping.fields[name]!, field) : field.type === 'list' ? { list: [] } : nothing,
  ]);
  return { ...mapping, fields: Object.fromEntries(fields) };
}

const nothing: Expr = { first: [] };

/** Entries of a list have every member, too. */
function withMembers(expr: Expr, field: UnifiedModel['fields'][string]): Expr {
  if (field.type !== 'list') return expr;
  const whole = (item: Record<string, Expr>) => Object.fromEntries(Object.keys(field.item).map((name) => [name, item[name] ?? nothing]));
  const needs = (item: Record<string, Expr> | undefined, given: string[] | undefined) => given ?? Object.keys(item ?? {}).slice(0, 1);
  if ('list' in expr) return { list: expr.list.map(whole), needs: needs(expr.list[0], expr.needs) };
  if ('each' in expr) return { each: expr.each, item: whole(expr.item), needs: needs(expr.item, expr.needs) };
  if ('first' in expr) return { first: expr.first.map((one) => withMembers(one, field)) };
  if (!('when' in expr)) return expr;
  const { when, gives, otherwise } = expr;
  return { when, gives: withMembers(gives, field), ...(otherwise ? { otherwise: withMembers(otherwise, field) } : {}) };
}
