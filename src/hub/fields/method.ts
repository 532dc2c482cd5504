import type { FieldMethod } from './field-rows.ts';

/** A stored generated column rewrites the table while nobody else may use it: about 0.1 s for this much. */
export const rewrittenBytesMax = 1024 * 1024;

/** A generated column costs least where there is nothing to rewrite; elsewhere a trigger keeps a plain one, which is filled in steps. */
export function chooseMethod({ tableBytes }: { tableBytes: number }): FieldMethod {
  return tableBytes <= rewrittenBytesMax ? 'stored' : 'kept';
}
