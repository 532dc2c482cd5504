import { hkdfSync } from 'node:crypto';

/** Keys that sign customer tokens: the first signs, all verify. Derived from the vault keys, so they rotate with them. */
export interface TokenKeys {
  signing: TokenKey;
  byId: ReadonlyMap<string, TokenKey>;
}

interface TokenKey {
  id: string;
  secret: Uint8Array;
}

const purpose = 'syncline customer token';
const keyBytes = 32;

export function createTokenKeys(encryptionKeys: readonly { id: string; key: Buffer }[]): TokenKeys {
  const keys = encryptionKeys.map(({ id, key }) => ({ id, secret: new Uint8Array(hkdfSync('sha256', key, '', purpose, keyBytes)) }));
  const signing = keys[0];
  if (!signing) throw new Error('customer tokens need at least one encryption key');
  return { signing, byId: new Map(keys.map((key) => [key.id, key])) };
}
