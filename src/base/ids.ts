import { randomBytes } from 'node:crypto';

/** Ids that we give carry a prefix that names their kind; what follows sorts by time of birth. */
export const idPrefixes = [
  ...['app', 'key', 'pcfg', 'conn', 'cs', 'dst', 'scfg', 'sync', 'run', 'evt', 'aud', 'req'],
  ...['fld', 'sqlc', 'alr', 'umap', 'whe', 'whd'],
] as const;
export type IdPrefix = (typeof idPrefixes)[number];

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const timeChars = 10;
const randomChars = 16;

/** `newId('conn', clock.now())` → `conn_01j9…`, 26 characters of Crockford base 32 after the prefix. */
export function newId(prefix: IdPrefix, now: Date): string {
  let time = '';
  for (let rest = now.getTime(), i = 0; i < timeChars; i++, rest = Math.floor(rest / 32)) time = alphabet[rest % 32] + time;
  let random = '';
  for (const byte of randomBytes(randomChars)) random += alphabet[byte & 31];
  return `${prefix}_${time}${random}`;
}

/** An unguessable token of 256 bits, URL-safe: connect sessions, states, API key secrets. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}
