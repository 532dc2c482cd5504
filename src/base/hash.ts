import { hash } from 'node:crypto';

/** What of it is stored. */
export const storedHashBytes = 16;

/** Any Buffer encoding is taken, @types/node (24.19) lists only three. https://nodejs.org/api/crypto.html#cryptohashalgorithm-data-options */
const latin1 = 'latin1' as BufferEncoding as 'hex';

/**
 * The hash that tells changed from unchanged: sha-256 over the record's bytes as they came, of which hubs store the first 16 bytes.
 * Whoever writes a record must not be able to craft a second one that counts as unchanged, so it is a cryptographic one.
 * One byte a character (latin1): a text costs a third of a Buffer, of which every record in flight would hold one, and a
 * shortened text would hold the whole one all the same.
 */
export function contentHash(bytes: Buffer): string {
  return hash('sha256', bytes, latin1);
}
