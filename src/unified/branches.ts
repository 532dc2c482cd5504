import { compileMapper, compileWriter } from '../base/mapping/evaluate.ts';
import { sourceRowOf } from '../base/mapping/sources.ts';
import { conditionSql, projectionSql, sourceTextsSql } from '../base/mapping/to-sql.ts';
import type { Catalog, UnifiedModel } from '../catalog/index.ts';
import type { UnifiedBranch } from '../hub/unified/types.ts';
import { mappingsFor, type ProviderMapping } from './mappings.ts';
import { modelOf } from './models.ts';

const compiled = new WeakMap<object, Map<string, UnifiedBranch[]>>();

/** How a model is made of each provider's objects. Compiled once for each model: declarations do not change while a process runs. */
export function branchesOf(catalog: Catalog, { category, name }: Pick<UnifiedModel, 'category' | 'name'>): UnifiedBranch[] {
  const known = compiled.get(catalog) ?? new Map<string, UnifiedBranch[]>();
  compiled.set(catalog, known);
  const key = `${category}/${name}`;
  const branches = known.get(key) ?? mappingsFor(catalog, category, name).map((one) => compile(one, modelOf(category, name)));
  known.set(key, branches);
  return branches;
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
    write: compileWriter(mapping),
    read: compileMapper(mapping),
    nothing: Object.fromEntries(Object.entries(model.fields).map(([name, { type }]) => [name, type === 'list' ? '[]' : 'null'])),
  };
}
