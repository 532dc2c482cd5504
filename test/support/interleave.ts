import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type Call = (...given: unknown[]) => unknown;

/**
 * Calls `one`, and `other` just before the n-th step that `one` takes in the file system. For what two processes may do at once: each
 * place where the other can come in is tried, none is waited for. false: `one` takes fewer steps, and `other` was not called.
 */
export function interleave(n: number, one: () => void, other: () => void): boolean {
  const calls = fs as unknown as Record<string, Call>;
  const originals = Object.entries(calls).filter(([name, call]) => name.endsWith('Sync') && typeof call === 'function');
  const restore = () => {
    for (const [name, call] of originals) calls[name] = call;
    syncBuiltinESMExports();
  };
  let steps = 0;
  for (const [name, call] of originals)
    calls[name] = (...given) => {
      steps += 1;
      if (steps === n) {
        restore();
        other();
      }
      return call(...given);
    };
  syncBuiltinESMExports();
  try {
    one();
  } finally {
    restore();
  }
  return steps >= n;
}
