import { type Expr, type ExprType, type Item, neededOf, typeOf } from '../base/mapping/expr.ts';
import { pathsOf } from '../base/mapping/sources.ts';
import { isPath } from '../base/path.ts';
import type { ProviderDefinition, UnifiedMapping } from '../kit/index.ts';
import { findModel, type ModelField, type ScalarField } from './models/index.ts';

const digitsMax = 6;

/** What is wrong with how a provider's objects become unified models, as `place: what is wrong`. */
export function mappingProblems({ unified = [], objects, anyObject }: ProviderDefinition): string[] {
  const seen = new Set<string>();
  return unified.flatMap((mapping, i) => {
    const place = `unified.${i}`;
    const problems = fieldProblems(place, mapping);
    const isKnown = Object.hasOwn(objects, mapping.object) || (anyObject && new RegExp(`^(?:${anyObject.pattern})$`).test(mapping.object));
    if (!isKnown) problems.push(`${place}: there is no object ${mapping.object}`);
    const key = `${mapping.category} ${mapping.model} ${mapping.object}`;
    if (seen.has(key)) problems.push(`${place}: ${mapping.object} is mapped to this model already`);
    seen.add(key);
    return problems;
  });
}

function fieldProblems(place: string, mapping: UnifiedMapping): string[] {
  const model = findModel(mapping.category, mapping.model);
  if (model === null) return [`${place}: there is no model ${mapping.category} ${mapping.model}`];
  const problems = pathsOf(mapping)
    .filter((path) => path === '' || !isPath(path))
    .map((path) => `${place}: ${JSON.stringify(path)} is not a path`);
  for (const [name, expr] of Object.entries(mapping.fields)) {
    const field = Object.hasOwn(model.fields, name) ? model.fields[name]! : null;
    if (field === null) problems.push(`${place}.fields.${name}: the model has no such field`);
    else problems.push(...exprProblems(expr, field).map((problem) => `${place}.fields.${name}: ${problem}`));
  }
  return problems;
}

function exprProblems(expr: Expr, field: ModelField): string[] {
  const problems = partProblems(expr);
  const type = typeOf(expr);
  if (type !== null && type !== field.type) problems.push(`gives ${type}, and the field is ${field.type}`);
  if (field.type === 'list') return [...problems, ...itemsOf(expr).flatMap(({ item, needs }) => itemProblems(item, needs, field.item))];
  return [...problems, ...valueProblems(expr, field)];
}

/** What an expression gives must not depend on the record. */
function partProblems(expr: Expr): string[] {
  if ('first' in expr) return [...sameType(expr.first), ...expr.first.flatMap(partProblems)];
  if ('when' in expr) {
    const both = expr.otherwise ? [expr.gives, expr.otherwise] : [expr.gives];
    return [...sameType(both), ...both.flatMap(partProblems)];
  }
  if ('join' in expr) return [...textOnly(expr.join), ...expr.join.flatMap(partProblems)];
  if ('oneOf' in expr) return [...textOnly([expr.oneOf]), ...partProblems(expr.oneOf)];
  if ('as' in expr) return [...textOnly([expr.of]), ...partProblems(expr.of)];
  if ('constant' in expr && typeof expr.constant === 'number' && !Number.isSafeInteger(expr.constant))
    return ['a constant is a whole number'];
  if ('minor' in expr && Object.values(expr.digits).some((count) => !Number.isInteger(count) || count < 0 || count > digitsMax))
    return [`digits are 0 to ${digitsMax}`];
  return [];
}

function sameType(parts: Expr[]): string[] {
  const types = new Set<ExprType>(parts.map(typeOf).filter((type) => type !== null));
  return types.size > 1 ? [`its parts give ${[...types].join(' and ')}`] : [];
}

function textOnly(parts: Expr[]): string[] {
  return parts.every((part) => typeOf(part) === 'text') ? [] : ['is made of texts only'];
}

function itemProblems(item: Item, needs: string[] | undefined, members: Record<string, ScalarField>): string[] {
  const missing = neededOf(item, needs).filter((name) => !Object.hasOwn(item, name));
  const problems = missing.map((name) => `needs ${name}, which its entries do not have`);
  if (neededOf(item, needs).length === 0) problems.push('an entry has a member');
  for (const [name, expr] of Object.entries(item))
    if (!Object.hasOwn(members, name)) problems.push(`entries of the model have no ${name}`);
    else problems.push(...exprProblems(expr, members[name]!).map((problem) => `${name} ${problem}`));
  return problems;
}

/** The kinds of entries that a list may have. */
function itemsOf(expr: Expr): { item: Item; needs: string[] | undefined }[] {
  if ('list' in expr) return expr.list.map((item) => ({ item, needs: expr.needs }));
  if ('each' in expr) return [{ item: expr.item, needs: expr.needs }];
  if ('first' in expr) return expr.first.flatMap(itemsOf);
  if ('when' in expr) return [expr.gives, ...(expr.otherwise ? [expr.otherwise] : [])].flatMap(itemsOf);
  return [];
}

/** Of a field with a closed list of values: only those, and whatever else a provider may know becomes OTHER. */
function valueProblems(expr: Expr, { values }: ScalarField): string[] {
  if (!values) return [];
  const given = givenBy(expr);
  if (given === null) return ['may give values that the model does not have: use oneOf'];
  return given.filter((value) => !values.includes(value)).map((value) => `the model has no value ${value}`);
}

/** All values that it can give; null: no list can say. */
function givenBy(expr: Expr): string[] | null {
  if ('constant' in expr) return [String(expr.constant)];
  if ('oneOf' in expr) return expr.other === undefined ? null : [...Object.values(expr.values), expr.other];
  const parts = 'first' in expr ? expr.first : 'when' in expr ? [expr.gives, ...(expr.otherwise ? [expr.otherwise] : [])] : null;
  if (parts === null) return null;
  const given = parts.map(givenBy);
  return given.includes(null) ? null : given.flatMap((one) => one ?? []);
}
