import { createHash } from 'node:crypto';

const nameCharsMax = 55; // room below Postgres' 63 bytes for the suffixes of index names
const hashChars = 8;

/**
 * Names for the table of (provider, object), best first. The plain one is what a person would type; it may be taken
 * (`a_b` + `c` and `a` + `b_c`, a table of the vendor's own), the one with a hash never is. The registry keeps the choice.
 */
export function tableNames(provider: string, object: string): string[] {
  const plain = `${provider}_${object}`.toLowerCase();
  const safe = plain.replace(/[^a-z0-9_]/g, '_');
  const hash = createHash('sha256').update(`${provider}\u0000${object}`).digest('hex').slice(0, hashChars);
  const hashed = `${safe.slice(0, nameCharsMax - hashChars - 1)}_${hash}`;
  const isPlainEnough = safe === plain && /^[a-z]/.test(safe) && safe.length <= nameCharsMax;
  return (isPlainEnough ? [safe, hashed] : [hashed]).map((name) => (/^[a-z]/.test(name) ? name : `t${name}`));
}
