import type { FieldType } from '../base/field-type.ts';
import { parsePath } from '../base/path.ts';

/** Custom fields by name: where the value stands in the record, and what it is. */
export type CustomFields = Record<string, { path: string; type: FieldType }>;

/** Of a customer's own: beside everybody's, where the customer's counts, or in their place. */
export const mappingModes = ['inherit', 'replace'] as const;
export type MappingMode = (typeof mappingModes)[number];

/** In a hub's copy: everybody has a field of that name, and the customer has not. */
export const hiddenType = 'hidden';

/** The names of a path that was checked before; of the whole record none. */
export function segmentsOf(path: string): readonly string[] {
  return path === '$' ? [] : parsePath(path).alternatives[0]!;
}
