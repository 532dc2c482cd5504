import type { AdapterPayload } from 'oidc-provider';
import { isAccountName } from '../world.ts';

/** The client that exists without having been registered. */
export const defaultClient = { clientId: 'sandbox-client', clientSecret: 'sandbox-secret' };

export function clientMetadata(id: string, secret: string, redirectUris: string[]): AdapterPayload {
  return { client_id: id, client_secret: secret, redirect_uris: redirectUris.length > 0 ? redirectUris : ['http://localhost/callback'] };
}

/** A customer's own client, `client_<account>` with the secret `secret_<account>`, exists for every account. */
export function accountOfClient(clientId: string | null | undefined): string | undefined {
  const account = clientId?.match(/^client_(.+)$/)?.[1];
  return account !== undefined && isAccountName(account) ? account : undefined;
}

export function basicUser(authorization: string | undefined): string | null {
  const encoded = authorization?.match(/^Basic (.+)$/i)?.[1];
  if (encoded === undefined) return null;
  return decodeURIComponent(Buffer.from(encoded, 'base64').toString('utf8').split(':', 1)[0] ?? '');
}

export function isLoopback(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname } = new URL(uri);
  return /^https?:$/.test(protocol) && (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname) || hostname.endsWith('.localhost'));
}
