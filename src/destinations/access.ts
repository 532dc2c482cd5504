import type { Vault } from '../connect/vault.ts';
import type { DestinationAddress, TlsMode } from '../tenancy/index.ts';

/** All that opens a vendor's own database. Sealed as one, because the password belongs to the address: it goes nowhere else. */
export interface Access {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  tls: { mode: TlsMode; ca: string | null };
}

export type AccessVault = Pick<Vault, 'seal' | 'open'>;

export function sealAccess(vault: AccessVault, id: string, access: Access) {
  const { sealed, keyId } = vault.seal(`destination.url_sealed:${id}`, JSON.stringify(access));
  return { urlSealed: sealed, urlKeyId: keyId, address: addressOf(access) as DestinationAddress & Record<string, string | number> };
}

export function openAccess(vault: AccessVault, { id, urlSealed }: { id: string; urlSealed: Uint8Array | null }): Access {
  if (!urlSealed) throw new Error(`${id} has no address: it is hosted`);
  return JSON.parse(vault.open(`destination.url_sealed:${id}`, urlSealed)) as Access;
}

function addressOf({ host, port, database, user, tls }: Access): DestinationAddress {
  return { host, port, database, user, tls: tls.mode };
}
