import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createVault } from './vault.ts';

const k1 = { id: 'k1', key: randomBytes(32) };
const k2 = { id: 'k2', key: randomBytes(32) };
const place = 'connection.credentials_sealed:conn_1' as const;

test('what the vault sealed it opens, also after another key took over the sealing', () => {
  const { sealed, keyId } = createVault({ keys: [k1] }).seal(place, 'refresh-token ü');
  expect(keyId).toBe('k1');
  expect(sealed.includes('refresh-token')).toBe(false);
  const rotated = createVault({ keys: [k2, k1] });
  expect(rotated.open(place, sealed)).toBe('refresh-token ü');
  expect(rotated.seal(place, 'x').keyId).toBe('k2');
});

test('a value moved to another row does not open', () => {
  const vault = createVault({ keys: [k1] });
  const { sealed } = vault.seal(place, 'secret');
  expect(() => vault.open('connection.credentials_sealed:conn_2', sealed)).toThrow(/does not open/);
});

test('every changed byte of a sealed value keeps it shut', () => {
  const vault = createVault({ keys: [k1] });
  const { sealed } = vault.seal(place, 'secret');
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = changed[at]! ^ 1;
    expect(() => vault.open(place, changed)).toThrow();
  }
});

test('a key that is not configured, or another key under the same id, opens nothing', () => {
  const { sealed } = createVault({ keys: [k1] }).seal(place, 'secret');
  expect(() => createVault({ keys: [k2] }).open(place, sealed)).toThrow(/k1, which is not configured/);
  expect(() => createVault({ keys: [{ id: 'k1', key: k2.key }] }).open(place, sealed)).toThrow(/does not open/);
});

test('a vault without a key, with a short key or with one id twice is refused', () => {
  expect(() => createVault({ keys: [] })).toThrow(/at least one key/);
  expect(() => createVault({ keys: [{ id: 'k1', key: Buffer.alloc(16) }] })).toThrow(/32 bytes/);
  expect(() => createVault({ keys: [k1, { ...k2, id: 'k1' }] })).toThrow(/same id/);
});
