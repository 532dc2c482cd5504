import type { FieldType } from '../base/field-type.ts';
import { compilePath } from '../base/path.ts';

/** Custom fields by name: where the value stands in the record, and what it is. */
export type CustomFields = Record<string, { path: string; type: FieldType }>;

/** The names of a path that was checked before; of the whole record none. */
export function segmentsOf(path: string): readonly string[] {
  return path === '$' ? [] : compilePath(path).alternatives[0]!;
}
