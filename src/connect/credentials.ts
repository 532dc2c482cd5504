import { z } from 'zod';
import type { Connection } from '../db/generated/client.ts';
import type { Vault } from './vault.ts';

/** What a connection holds sealed. Parsed when it is opened; never logged, never part of a result. */
export const Credentials = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('oauth2'),
    accessToken: z.string(),
    refreshToken: z.string().nullable(),
    lifetimeSeconds: z.number().nullable(),
  }),
  z.strictObject({
    kind: z.literal('client_credentials'),
    clientId: z.string(),
    clientSecret: z.string(),
    accessToken: z.string(),
    lifetimeSeconds: z.number().nullable(),
  }),
  z.strictObject({ kind: z.literal('api_key'), apiKey: z.string() }),
  z.strictObject({ kind: z.literal('basic'), username: z.string(), password: z.string() }),
]);
export type Credentials = z.infer<typeof Credentials>;

type SealedColumns = { credentialsSealed: Uint8Array<ArrayBuffer>; credentialsKeyId: string };

export function sealCredentials(vault: Vault, connectionId: string, credentials: Credentials): SealedColumns {
  const { sealed, keyId } = vault.seal(`connection.credentials_sealed:${connectionId}`, JSON.stringify(credentials));
  return { credentialsSealed: sealed, credentialsKeyId: keyId };
}

export function openCredentials(vault: Vault, connection: Pick<Connection, 'id' | 'credentialsSealed'>): Credentials {
  if (!connection.credentialsSealed) throw new Error(`the connection ${connection.id} holds no credentials`);
  const text = vault.open(`connection.credentials_sealed:${connection.id}`, connection.credentialsSealed);
  return Credentials.parse(JSON.parse(text));
}

/** What must not come back in a message, in every form in which it is sent. */
export function secretsOf(credentials: Credentials): string[] {
  switch (credentials.kind) {
    case 'oauth2':
      return [credentials.accessToken, ...(credentials.refreshToken === null ? [] : [credentials.refreshToken])];
    case 'client_credentials':
      return [credentials.accessToken, credentials.clientSecret];
    case 'api_key':
      return [credentials.apiKey];
    case 'basic':
      return [credentials.password, basicValue(credentials)];
    default:
      throw new Error(`unknown credentials ${String(credentials satisfies never)}`);
  }
}

export function basicValue({ username, password }: { username: string; password: string }): string {
  return Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
}
