/**
 * Opaque watermarks: a token names a position in the feed and gives nothing away; two tokens cannot be compared.
 * The position is scrambled by a multiplication that the inverse undoes.
 */
const modulus = 2n ** 40n;
const factor = 0x9e3779b97fn;
const inverse = invert(factor, modulus);

export function tokenOf(position: number): string {
  return `tk_${((BigInt(position) * factor) % modulus).toString(36).padStart(8, '0')}`;
}

/** The token that a full listing hands out with its last page: changes from the listing's beginning on lie behind it. */
export function syncTokenOf(position: number): string {
  // Token 0 was never given out: positions are told one higher.
  return tokenOf(position + 1);
}

/** null when the token was never given out. */
export function positionOf(token: string): number | null {
  const digits = token.match(/^tk_([0-9a-z]{8})$/)?.[1];
  if (digits === undefined) return null;
  let value = 0n;
  for (const digit of digits) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  const position = (value * inverse) % modulus;
  return position > 0n && position < 1_000_000_000n ? Number(position) : null;
}

/** The inverse of an odd number modulo a power of two, by Newton's iteration. */
function invert(odd: bigint, power: bigint): bigint {
  let x = odd;
  for (let bits = 3; bits < 40; bits *= 2) x = (x * (2n - odd * x)) % power;
  return ((x % power) + power) % power;
}
