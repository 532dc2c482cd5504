/** Numbers from a seed: the same seed gives the same numbers on every machine (mulberry32, as in the public domain). */
export interface Random {
  /** From 0 to below `max`, a whole number. */
  below(max: number): number;
  /** Both ends included. */
  between(min: number, max: number): number;
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** By weight: `[['often', 9], ['rare', 1]]`. */
  weighted<T>(table: readonly (readonly [T, number])[]): T;
  /** Some numbers to choose records by, whatever records there are then. */
  picks(min: number, max: number): number[];
}

export function createRandom(seed: number): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const below = (max: number) => Math.floor(next() * max);
  const between = (min: number, max: number) => min + below(max - min + 1);
  return {
    below,
    between,
    chance: (share) => next() < share,
    pick: (list) => list[below(list.length)]!,
    weighted(table) {
      let left = next() * table.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [value, weight] of table) {
        left -= weight;
        if (left < 0) return value;
      }
      return table.at(-1)![0];
    },
    picks: (min, max) => Array.from({ length: between(min, max) }, () => below(1_000_000)),
  };
}
