import { compileMapper, compileWriter } from '../base/mapping/evaluate.ts';
import { sourceRowOf } from '../base/mapping/sources.ts';
import { columnsSql, conditionSql, projectionSql, sourceColumnsSql, sourceTextsSql } from '../base/mapping/to-sql.ts';
import { typesOf, type UnifiedModel } from '../catalog/index.ts';
import type { UnifiedBranch } from '../hub/unified/types.ts';
import type { ProviderDefinition } from '../kit/index.ts';
import { mappingsFor, type ProviderMapping } from './mappings.ts';
import { modelOf } from './models.ts';

const compiled = new WeakMap<ProviderDefinition, Map<string, UnifiedBranch[]>>();

/** How a model is made of each provider's objects. Compiled once for each definition: a declared one that changes is another. */
export function branchesOf(
  definitions: readonly ProviderDefinition[],
  { category, name }: Pick<UnifiedModel, 'category' | 'name'>,
): UnifiedBranch[] {
  const key = `${category}/${name}`;
  return definitions.flatMap((definition) => {
    const known = compiled.get(definition) ?? new Map<string, UnifiedBranch[]>();
    compiled.set(definition, known);
    const branches = known.get(key) ?? mappingsFor([definition], category, name).map((one) => compile(one, modelOf(category, name)));
    known.set(key, branches);
    return branches;
  });
}

function compile({ provider, object, mapping }: ProviderMapping, model: UnifiedModel): UnifiedBranch {
  const { where } = mapping;
  return {
    provider,
    object,
    texts: (raw) => sourceTextsSql(mapping, raw),
    rowOf: sourceRowOf(mapping),
    sources: (raw) => projectionSql(mapping, raw),
    where: where ? (raw) => conditionSql(where, raw) : null,
    columns: (fields, raw) => columnsOf(mapping, model, fields, raw),
    write: compileWriter(mapping),
    read: compileMapper(mapping),
    nothing: Object.fromEntries(Object.entries(model.fields).map(([name, { type }]) => [name, type === 'list' ? '[]' : 'null'])),
  };
}

/** Some of the fields alone, with what they read and nothing else. */
function columnsOf(mapping: ProviderMapping['mapping'], model: UnifiedModel, names: readonly string[], raw: string) {
  const some = { fields: Object.fromEntries(names.map((name) => [name, mapping.fields[name]!])) };
  const columns = new Map(columnsSql(some, { alias: 'f', types: typesOf(model) }).map(({ name, sql }) => [name, sql]));
  return { sources: sourceColumnsSql(some, raw).join(', ') || 'null', sqlOf: (name: string) => columns.get(name)! };
}
