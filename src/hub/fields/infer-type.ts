import type { FieldType } from '../../base/field-type.ts';

const dateForm = /^\d{4}-\d{2}-\d{2}$/;
const timeForm = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?( ?(Z|[+-]\d{2}:?\d{2}))?$/i;

/**
 * The narrowest type that holds for every one of these values; null where there is none to judge by. Text that looks like a number
 * stays text: telephone numbers and postal codes do, and lose their zeros otherwise.
 */
export function inferType(values: readonly unknown[]): FieldType | null {
  const given = values.filter((value) => value !== null && value !== undefined && value !== '');
  if (given.length === 0) return null;
  const all = (test: (value: unknown) => boolean) => given.every(test);
  if (all((value) => typeof value === 'boolean')) return 'boolean';
  if (all((value) => Number.isSafeInteger(value))) return 'integer';
  if (all((value) => typeof value === 'number')) return 'number';
  if (all((value) => typeof value === 'object')) return 'json';
  if (all((value) => typeof value === 'string' && dateForm.test(value))) return 'date';
  if (all((value) => typeof value === 'string' && (timeForm.test(value) || dateForm.test(value)))) return 'time';
  return 'text';
}
