import type { ObjectDefinition } from './types.ts';

/**
 * Records without any key cannot be told from each other: nothing can be compared, updated or found deleted. Every one that a run reads
 * is kept as a record of its own, and forwarded.
 *
 * @example
 * record: { id: [], modifiedAt: 'logged_at' }
 */
export function isKeyless({ record }: Pick<ObjectDefinition, 'record'>): boolean {
  return Array.isArray(record.id) && record.id.length === 0;
}
