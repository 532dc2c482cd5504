import type { UnifiedMapping } from '../../base/mapping/expr.ts';
import { columnsSql, conditionSql, sourceColumnsSql } from '../../base/mapping/to-sql.ts';
import { findModel, typesOf } from '../models/index.ts';
import type { Problem } from './hostile-problems.ts';

const mappingsMax = 30;
/** Lists and objects inside of each other. Each may write what it holds twice into a statement. */
const depthMax = 8;
/** What the longest of the catalog takes is a quarter of it. */
const sqlCharsMax = 50_000;
/** A function of Postgres takes a hundred arguments. */
const partsMax = 50;

/** What a mapping in code is trusted with and a declared one is not: how large the statements become that it is compiled to. */
export function mappingBounds(mappings: readonly UnifiedMapping[]): Problem[] {
  if (mappings.length > mappingsMax) return [{ path: 'unified', message: `must be at most ${mappingsMax} mappings` }];
  return mappings.flatMap((mapping, i) => {
    const path = `unified.${i}`;
    const { fields, where } = mapping;
    if (depthOf([fields, where]) > depthMax + 2) return [{ path, message: `must not be nested deeper than ${depthMax}` }];
    if (widthOf(fields) > partsMax) return [{ path, message: `must have at most ${partsMax} parts in each list` }];
    return sqlLengthOf(mapping) > sqlCharsMax ? [{ path, message: 'says too much for one statement: make it shorter' }] : [];
  });
}

function depthOf(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** Of the longest list. */
function widthOf(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  return Math.max(Array.isArray(value) ? value.length : 0, ...Object.values(value).map(widthOf));
}

const lengths = new WeakMap<UnifiedMapping, number>();

/** Of what a mapping is compiled to, without what every mapping has. */
export function sqlLengthOf(mapping: UnifiedMapping): number {
  const length = lengths.get(mapping) ?? measure(mapping);
  lengths.set(mapping, length);
  return length;
}

function measure(mapping: UnifiedMapping): number {
  const types = typesOf(findModel(mapping.category, mapping.model)!);
  const columns = columnsSql(mapping, { alias: 's', types }).map(({ sql }) => sql);
  const where = mapping.where ? [conditionSql(mapping.where, 't.raw')] : [];
  return [...columns, ...sourceColumnsSql(mapping, 't.raw'), ...where].reduce((sum, sql) => sum + sql.length, 0);
}
