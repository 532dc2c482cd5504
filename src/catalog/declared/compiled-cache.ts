import type { ProviderDefinition } from '../../kit/index.ts';

/** Whose it is, and its length as JSON. */
interface Size {
  applicationId: string;
  chars: number;
}

/** Declared providers as a process has compiled them, by a key that a change makes another. */
export interface CompiledCache {
  get(key: string): ProviderDefinition | undefined;
  set(key: string, definition: ProviderDefinition, size: Size): void;
}

/**
 * What all of them together may have been as JSON: some twenty times that is what they take of the memory. One application may
 * declare half of it (application-bounds.ts).
 */
const charsMax = 1_000_000;

/**
 * The oldest of the application that holds most make room; they are compiled again when they are used. Who declares much takes no place
 * from those who declare little.
 */
export function createCompiledCache(): CompiledCache {
  const entries = new Map<string, Size & { definition: ProviderDefinition }>();
  const heldBy = new Map<string, number>();
  let held = 0;
  return {
    get: (key) => entries.get(key)?.definition,
    set(key, definition, size) {
      remove(key);
      entries.set(key, { definition, ...size });
      count(size.applicationId, size.chars);
      while (held > charsMax && entries.size > 1) remove(oldestOfLargest(key));
    },
  };

  /** The newest stays, however large it is. */
  function oldestOfLargest(newest: string): string {
    const oldest = new Map<string, string>();
    for (const [key, { applicationId }] of entries) if (key !== newest && !oldest.has(applicationId)) oldest.set(applicationId, key);
    const [[, key]] = [...oldest].sort(([a], [b]) => heldBy.get(b)! - heldBy.get(a)!) as [[string, string]];
    return key;
  }

  function remove(key: string): void {
    const entry = entries.get(key);
    if (entry === undefined) return;
    entries.delete(key);
    count(entry.applicationId, -entry.chars);
  }

  function count(applicationId: string, chars: number): void {
    held += chars;
    const left = (heldBy.get(applicationId) ?? 0) + chars;
    if (left === 0) heldBy.delete(applicationId);
    else heldBy.set(applicationId, left);
  }
}
