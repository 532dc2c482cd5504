import { type ObjectDefinition, type ReadKind, type ReadPart, readOf } from '../../kit/index.ts';

/** The parts of a read, in order: those of its kind, and behind them the feed of deletions, which has a pointer of its own. */
export function partsOf(object: ObjectDefinition, kind: ReadKind): ReadPart[] {
  const parts = readOf(object, kind)?.parts ?? [];
  return readsDeletions(object, kind) ? [...parts, ...object.deletions!.parts] : parts;
}

/** Whether a part belongs to the feed of deletions. */
export function isOfDeletions(object: ObjectDefinition, kind: ReadKind, part: number): boolean {
  return readsDeletions(object, kind) && part >= readOf(object, kind)!.parts.length;
}

export function readsDeletions(object: ObjectDefinition, kind: ReadKind): boolean {
  return object.deletions !== undefined && (kind === 'incremental' || kind === 'window');
}

/** A read that meets everything there is: what it misses is gone. */
export function meetsEverything(kind: ReadKind): kind is 'full' | 'keys' {
  return kind === 'full' || kind === 'keys';
}
