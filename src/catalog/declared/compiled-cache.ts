import type { ProviderDefinition } from '../../kit/index.ts';

/** Declared providers as a process has compiled them, by a key that a change makes another. */
export interface CompiledCache {
  get(key: string): ProviderDefinition | undefined;
  /** `chars`: the length of the definition as JSON. */
  set(key: string, definition: ProviderDefinition, chars: number): void;
}

/** What all of them together may have been as JSON: some twenty times that is what they take of the memory. */
const charsMax = 1_000_000;

/** The oldest make room; they are compiled again when they are used. */
export function createCompiledCache(): CompiledCache {
  const entries = new Map<string, { definition: ProviderDefinition; chars: number }>();
  let held = 0;
  return {
    get: (key) => entries.get(key)?.definition,
    set(key, definition, chars) {
      remove(key);
      entries.set(key, { definition, chars });
      held += chars;
      for (const oldest of entries.keys()) {
        if (held <= charsMax || oldest === key) break;
        remove(oldest);
      }
    },
  };

  function remove(key: string): void {
    held -= entries.get(key)?.chars ?? 0;
    entries.delete(key);
  }
}
