/**
 * What a machine too busy for its database makes of a destination, by the words that its vendor is told (`src/hub/destination-failure.ts`).
 * A login, a right or room that is missing, a standby, or a failure without these words is nobody's load.
 */
export function isBusyDestination(sentence: string | null): boolean {
  return sentence !== null && /^The destination’s database (cannot be reached|did not finish a statement in time)\./.test(sentence);
}
