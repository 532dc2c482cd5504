import type { Vault } from '../connect/vault.ts';
import type { LeasedEndpoint } from './lease.ts';

export function sealSecret(vault: Vault, endpointId: string, secret: string) {
  const { sealed, keyId } = vault.seal(`webhook_endpoint.secret_sealed:${endpointId}`, secret);
  return { secretSealed: sealed, secretKeyId: keyId };
}

/** The secret that is being given up. The vault authenticates the place of a value, so it is sealed again for its new one. */
export function sealPreviousSecret(vault: Vault, endpointId: string, secretSealed: Uint8Array) {
  const secret = vault.open(`webhook_endpoint.secret_sealed:${endpointId}`, secretSealed);
  const { sealed, keyId } = vault.seal(`webhook_endpoint.previous_secret_sealed:${endpointId}`, secret);
  return { previousSecretSealed: sealed, previousSecretKeyId: keyId };
}

/** Those that sign: the newest first, and the one before it while it still counts. */
export function openSecrets(
  vault: Vault,
  { id, secretSealed, previousSecretSealed }: Pick<LeasedEndpoint, 'id' | 'secretSealed' | 'previousSecretSealed'>,
): string[] {
  const newest = vault.open(`webhook_endpoint.secret_sealed:${id}`, secretSealed);
  if (previousSecretSealed === null) return [newest];
  return [newest, vault.open(`webhook_endpoint.previous_secret_sealed:${id}`, previousSecretSealed)];
}
