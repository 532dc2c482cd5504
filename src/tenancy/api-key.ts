import { createHash, timingSafeEqual } from 'node:crypto';
import type { Scope } from '../base/actor.ts';
import { newId, newToken } from '../base/ids.ts';
import type { Tx } from '../db/index.ts';

export interface ApiKey {
  id: string;
  name: string;
  /** The first characters of the key: enough to recognise it, no secret. */
  prefix: string;
  scopes: Scope[];
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

/** A key at its birth: the only moment at which its text is known. */
export interface NewApiKey extends ApiKey {
  key: string;
}

export const apiKeyMark = 'sk_';
/** The mark and 72 random bits find the key; more than 180 bits stay secret. */
const prefixChars = 15;

/** Stores the hash only. The key itself is a random token of 256 bits, so a plain sha-256 is enough. */
export async function newApiKey(
  tx: Tx,
  { applicationId, name, scopes, createdAt }: { applicationId: string; name: string; scopes: Scope[]; createdAt: Date },
): Promise<NewApiKey> {
  const key = apiKeyMark + newToken();
  const row = await tx.apiKey.create({
    data: { id: newId('key', createdAt), applicationId, name, prefix: prefixOf(key), hash: hashOf(key), scopes, createdAt },
  });
  return { ...shownApiKey(row), key };
}

export function shownApiKey(row: Omit<ApiKey, 'scopes'> & { scopes: string[] }): ApiKey {
  const { id, name, prefix, createdAt, lastUsedAt, revokedAt } = row;
  return { id, name, prefix, scopes: row.scopes as Scope[], createdAt, lastUsedAt, revokedAt };
}

export function prefixOf(key: string): string {
  return key.slice(0, prefixChars);
}

export function isSameKey(key: string, hash: Uint8Array): boolean {
  const given = hashOf(key);
  return given.length === hash.length && timingSafeEqual(given, hash);
}

export function hashOf(key: string): Buffer<ArrayBuffer> {
  return createHash('sha256').update(key).digest() as Buffer<ArrayBuffer>;
}
