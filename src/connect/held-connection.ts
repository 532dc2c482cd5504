import { notFound } from '../base/errors.ts';
import { findProvider } from '../catalog/index.ts';
import type { Connection as ConnectionRow, ProviderConfig as ProviderConfigRow } from '../db/generated/client.ts';
import { type ProviderDefinition, ProviderError } from '../kit/index.ts';
import type { Captured } from './captured.ts';
import type { PublicConnectCtx } from './context.ts';
import { type Credentials, openCredentials } from './credentials.ts';

/** A connection as one process holds it: opened credentials and the version that they are. */
export interface HeldConnection {
  row: ConnectionRow & { providerConfig: ProviderConfigRow };
  provider: ProviderDefinition;
  credentials: Credentials;
  captured: Captured;
  version: number;
  expiresAt: Date | null;
}

type HoldCtx = Pick<PublicConnectCtx, 'db' | 'vault' | 'catalog'>;

/** Loads and opens it; one that is not active is refused with what the customer has to do. */
export async function holdConnection(ctx: HoldCtx, applicationId: string, connectionId: string): Promise<HeldConnection> {
  const row = await ctx.db.prisma.connection.findFirst({ where: { id: connectionId, applicationId }, include: { providerConfig: true } });
  if (!row) throw notFound('connection', connectionId);
  if (row.status !== 'active') throw notActive(row.status, row.statusReason);
  return {
    row,
    provider: await findProvider(ctx, applicationId, row.provider),
    credentials: openCredentials(ctx.vault, row),
    captured: row.captured as Captured,
    version: row.credentialsVersion,
    expiresAt: row.accessExpiresAt,
  };
}

export function notActive(status: string, reason: string | null): ProviderError {
  if (status === 'needs_reauth')
    return new ProviderError(
      'unauthorized',
      `The connection must be authorised again by the customer (${reason ?? 'the provider refused it'}).`,
    );
  return new ProviderError('unauthorized', 'The connection is disconnected.');
}
