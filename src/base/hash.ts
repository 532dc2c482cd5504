import { hash } from 'node:crypto';

export const contentHashBytes = 16;

/** Any Buffer encoding is taken, @types/node (24.19) lists only three. https://nodejs.org/api/crypto.html#cryptohashalgorithm-data-options */
const latin1 = 'latin1' as BufferEncoding as 'hex';

/**
 * The hash that tells changed from unchanged: the first 16 bytes of sha-256 over the record's bytes as they came.
 * Whoever writes a record must not be able to craft a second one that counts as unchanged, so it is a cryptographic one.
 */
export function contentHash(bytes: Buffer): Buffer {
  // As text and back: 1.6 µs for 1.4 KB instead of 2.3 µs through a buffer (Node 24), because the answer is not allocated outside the heap.
  return Buffer.from(hash('sha256', bytes, latin1).slice(0, contentHashBytes), 'latin1');
}
