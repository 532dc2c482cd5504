import { createHmac, randomBytes } from 'node:crypto';

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: 24 to 64 bytes, in base64 behind this prefix. */
const secretPrefix = 'whsec_';
const secretBytes = 32;

export function newSecret(): string {
  return secretPrefix + randomBytes(secretBytes).toString('base64');
}

export interface SignedMessage {
  id: string;
  /** Seconds since 1970: receivers refuse what is too old, so every attempt is signed anew. */
  timestamp: number;
  body: string | Buffer;
}

/** The headers of Standard Webhooks. While a secret is being changed there are two signatures, and receivers take either. */
export function signedHeaders(secrets: readonly string[], { id, timestamp, body }: SignedMessage): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': secrets.map((secret) => `v1,${signatureOf(secret, { id, timestamp, body })}`).join(' '),
  };
}

function signatureOf(secret: string, { id, timestamp, body }: SignedMessage): string {
  const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
}
