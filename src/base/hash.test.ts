import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { contentHash, storedHashBytes } from './hash.ts';

test('the content hash is the first 16 bytes of sha-256, stable for ever because hubs store it', () => {
  const bytes = Buffer.from('{"id":"ü"}', 'utf8');
  const stored = contentHash(bytes).slice(0, storedHashBytes);
  expect(stored).toBe(createHash('sha256').update(bytes).digest().subarray(0, 16).toString('latin1'));
  expect(Buffer.from(stored, 'latin1').toString('hex')).toBe('371206c134077c6b0f3dca12fe8bddf3');
});
