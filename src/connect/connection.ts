import type { Connection as Row } from '../db/generated/client.ts';
import type { AuthDefinition } from '../kit/index.ts';
import type { RateLimit } from './rate-limits.ts';

/** A customer's authorised account at a provider, without its credentials. */
export interface Connection {
  id: string;
  customerId: string;
  provider: string;
  providerConfigId: string;
  authKind: AuthDefinition['kind'];
  status: ConnectionStatus;
  statusReason: string | null;
  remoteAccountId: string | null;
  remoteAccountName: string | null;
  scopes: string[];
  /** Values such as instance_url. Not secret. */
  captured: Record<string, string>;
  /** The vendor's budgets in place of the provider's. */
  rateLimits: RateLimit[];
  purgeRequestedAt: Date | null;
  disconnectedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export const connectionStatuses = ['active', 'needs_reauth', 'disabled'] as const;
export type ConnectionStatus = (typeof connectionStatuses)[number];

export function viewConnection(row: Row): Connection {
  return {
    id: row.id,
    customerId: row.customerId,
    provider: row.provider,
    providerConfigId: row.providerConfigId,
    authKind: row.authKind as AuthDefinition['kind'],
    status: row.status as ConnectionStatus,
    statusReason: row.statusReason,
    remoteAccountId: row.remoteAccountId,
    remoteAccountName: row.remoteAccountName,
    scopes: row.scopes,
    captured: row.captured as Record<string, string>,
    rateLimits: (row.rateLimits ?? []) as RateLimit[],
    purgeRequestedAt: row.purgeRequestedAt,
    disconnectedAt: row.disconnectedAt,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

/** What every event about a connection says. */
export function connectionEventData(row: Pick<Row, 'id' | 'customerId' | 'provider' | 'providerConfigId'>) {
  return { connection_id: row.id, customer_id: row.customerId, provider: row.provider, provider_config_id: row.providerConfigId };
}
