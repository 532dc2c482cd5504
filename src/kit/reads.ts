import type { ObjectDefinition, ReadDefinition, ReadKind } from './types.ts';

/** What a read of this kind asks for; undefined: the object cannot be read so. */
export function readOf(object: ObjectDefinition, kind: ReadKind): ReadDefinition | undefined {
  if (kind !== 'window') return object[kind];
  if (object.window) return object.window;
  return object.incremental?.watermark.type === 'datetime' ? object.incremental : undefined;
}
