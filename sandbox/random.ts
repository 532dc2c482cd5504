/** Deterministic values: the same seed and number give the same answer in every process, on every machine. */

/** 32 well-mixed bits of (seed, n, salt). */
export function mix(seed: number, n: number, salt: number): number {
  let hash = (seed ^ Math.imul(n, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** A seed from names: FNV-1a. */
export function seedOf(...names: string[]): number {
  let hash = 0x811c9dc5;
  for (const char of names.join('\u0000')) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

export function pick<T>(list: readonly T[], bits: number): T {
  return list[bits % list.length] as T;
}
