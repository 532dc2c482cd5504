import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { SealedColumn } from './sealed-columns.ts';

/**
 * Seals values at rest with AES-256-GCM. The place of a value (`table.column:rowId`) is authenticated with it: a sealed
 * value that is moved to another row does not open.
 */
export interface Vault {
  /** The key that seals. All configured keys open. */
  readonly currentKeyId: string;
  readonly keys: readonly { id: string; fingerprint: Buffer<ArrayBuffer> }[];
  seal(place: SealedPlace, value: string): Sealed;
  open(place: SealedPlace, sealed: Uint8Array): string;
  /**
   * What recognises a text again and tells nothing of it to whoever has no key, however few texts it could be: one for each key, that of
   * the current one first.
   */
  recognise(text: string): readonly [Buffer<ArrayBuffer>, ...Buffer<ArrayBuffer>[]];
}

export interface Sealed {
  sealed: Buffer<ArrayBuffer>;
  keyId: string;
}

export type SealedPlace = `${SealedColumn}:${string}`;

/** version(1) | keyIdLength(1) | keyId | nonce(12) | tag(16) | ciphertext */
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

export function createVault(options: { keys: readonly { id: string; key: Buffer }[] }): Vault {
  const keys = options.keys.map(({ id, key }) => {
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(id)) throw new Error(`the vault key id ${JSON.stringify(id)} may hold letters, digits, _ and - only`);
    if (key.length !== keyBytes) throw new Error(`the vault key ${id} must be ${keyBytes} bytes long, it has ${key.length}`);
    return { id, data: derive(key, 'data'), fingerprint: derive(key, 'fingerprint'), recognition: derive(key, 'recognition') };
  });
  const current = keys[0];
  if (!current) throw new Error('the vault needs at least one key');
  if (new Set(keys.map((key) => key.id)).size !== keys.length) throw new Error('two vault keys have the same id');

  return {
    currentKeyId: current.id,
    keys: keys.map(({ id, fingerprint }) => ({ id, fingerprint })),
    seal(place, value) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', current.data, nonce);
      cipher.setAAD(authenticated(place));
      const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
      const id = Buffer.from(current.id, 'ascii');
      return { keyId: current.id, sealed: Buffer.concat([Buffer.from([version, id.length]), id, nonce, cipher.getAuthTag(), text]) };
    },
    open(place, sealed) {
      const { keyId, nonce, tag, text } = parseEnvelope(sealed, place);
      const key = keys.find((candidate) => candidate.id === keyId);
      if (!key) throw new Error(`${place} is sealed with the vault key ${keyId}, which is not configured`);
      const decipher = createDecipheriv('aes-256-gcm', key.data, nonce);
      decipher.setAAD(authenticated(place));
      decipher.setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new Error(`${place} does not open: the value was changed or moved, or its key is another one`, { cause });
      }
    },
    recognise(text) {
      const by = ({ recognition }: { recognition: Buffer }) =>
        createHmac('sha256', recognition).update(text, 'utf8').digest() as Buffer<ArrayBuffer>;
      return [by(current), ...keys.slice(1).map(by)];
    },
  };
}

/** What is authenticated beside the value: where it stands. */
function authenticated(place: SealedPlace): Buffer {
  return Buffer.from(place, 'utf8');
}

function derive(key: Buffer, purpose: string): Buffer<ArrayBuffer> {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `syncline vault ${purpose}`, keyBytes));
}

function parseEnvelope(sealed: Uint8Array, place: string) {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const idLength = bytes[1] ?? 0;
  const nonceAt = 2 + idLength;
  const textAt = nonceAt + nonceBytes + tagBytes;
  if (bytes[0] !== version || bytes.length < textAt) throw new Error(`${place} does not hold a sealed value of version ${version}`);
  return {
    keyId: bytes.toString('ascii', 2, nonceAt),
    nonce: bytes.subarray(nonceAt, nonceAt + nonceBytes),
    tag: bytes.subarray(nonceAt + nonceBytes, textAt),
    text: bytes.subarray(textAt),
  };
}
