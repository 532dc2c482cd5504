import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { AppError, notFound } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { findProvider } from '../catalog/index.ts';
import type { ProviderConfig as Row } from '../db/generated/client.ts';
import { type Tx, withTransaction } from '../db/index.ts';
import { emit } from '../events/emit.ts';
import type { AuthDefinition, ProviderDefinition } from '../kit/index.ts';
import type { PublicConnectCtx } from './context.ts';
import { hookUrl } from './hooks/hook-url.ts';
import type { ClientIdentity } from './oauth/grants.ts';
import type { Vault } from './vault.ts';

/** An application's set-up of a provider. The client secret goes in and never comes out. */
export interface ProviderConfig {
  id: string;
  provider: string;
  authKind: AuthDefinition['kind'];
  clientId: string | null;
  hasClientSecret: boolean;
  scopes: string[];
  status: 'active' | 'broken';
  statusReason: string | null;
  /** What the vendor registers at the provider as redirect URI; null where no OAuth redirect happens. */
  redirectUri: string | null;
  /** Where the provider sends its hooks; null where it declares none. */
  hookUrl: string | null;
  hasHookSecret: boolean;
  createdAt: Date;
  updatedAt: Date;
}

/** Deleted configs keep their row while disconnected connections, whose records may still be purged, refer to it. */
export const deletedStatus = 'deleted';

export const ClientId = z.string().min(1).max(512);
export const ClientSecret = z.string().min(1).max(4096);
export const HookSecret = z.string().min(1).max(512);
export const Scopes = z
  .array(
    z
      .string()
      .min(1)
      .max(256)
      .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'A scope holds printable characters without spaces, quotes and backslashes.'),
  )
  .max(200);

export async function viewProviderConfig(ctx: ViewCtx, row: Row): Promise<ProviderConfig> {
  const { publicUrl } = ctx;
  return {
    id: row.id,
    provider: row.provider,
    authKind: row.authKind as AuthDefinition['kind'],
    clientId: row.clientId,
    hasClientSecret: row.clientSecretSealed !== null,
    scopes: row.scopes,
    status: row.status === 'broken' ? 'broken' : 'active',
    statusReason: row.statusReason,
    redirectUri: row.authKind === 'oauth2' ? redirectUri(publicUrl) : null,
    hookUrl: row.hookToken !== null && (await sendsHooks(ctx, row)) ? hookUrl(publicUrl, row.hookToken) : null,
    hasHookSecret: row.hookSecretSealed !== null,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

type ViewCtx = Parameters<typeof findProvider>[0] & Pick<PublicConnectCtx, 'publicUrl'>;

/** A config may outlive its provider: one for development only, seen in production. */
async function sendsHooks(ctx: ViewCtx, { applicationId, provider }: Row): Promise<boolean> {
  try {
    return (await findProvider(ctx, applicationId, provider)).hooks !== undefined;
  } catch (error) {
    if (error instanceof AppError && error.code === 'provider_unknown') return false;
    throw error;
  }
}

export function redirectUri(publicUrl: string): string {
  return `${publicUrl}/oauth/callback`;
}

export async function findProviderConfig(tx: Pick<Tx, 'providerConfig'>, applicationId: string, id: string): Promise<Row> {
  const row = await tx.providerConfig.findFirst({ where: { id, applicationId, status: { not: deletedStatus } } });
  if (!row) throw notFound('provider config', id);
  return row;
}

export function sealClientSecret(vault: Vault, id: string, clientSecret: string) {
  const { sealed, keyId } = vault.seal(`provider_config.client_secret_sealed:${id}`, clientSecret);
  return { clientSecretSealed: sealed, clientSecretKeyId: keyId };
}

/** The provider gives a secret for each endpoint, and only then is there one to store. */
export function sealHookSecret(vault: Vault, provider: ProviderDefinition, id: string, hookSecret: string) {
  if (provider.hooks?.secret !== 'endpoint') {
    const why = provider.hooks ? 'signs its hooks with the client secret' : 'sends no hooks that are understood here';
    throw new AppError('input_invalid', `${provider.displayName} ${why}. Leave hook_secret out.`, {
      issues: [{ in: 'body', path: 'hook_secret', message: 'Not used.' }],
    });
  }
  const { sealed, keyId } = vault.seal(`provider_config.hook_secret_sealed:${id}`, hookSecret);
  return { hookSecretSealed: sealed, hookSecretKeyId: keyId };
}

/** The vendor's OAuth client. Only configs of kind oauth2 have one. */
export function clientIdentity(vault: Vault, row: Row): ClientIdentity {
  if (row.clientId === null || row.clientSecretSealed === null) throw new Error(`the provider config ${row.id} has no OAuth client`);
  return {
    clientId: row.clientId,
    clientSecret: new Secret(vault.open(`provider_config.client_secret_sealed:${row.id}`, row.clientSecretSealed)),
  };
}

/** The provider's declaration of one auth kind. A kind that a provider dropped is a mistake of its declaration. */
export function authOfKind<K extends AuthDefinition['kind']>(provider: ProviderDefinition, kind: K): Extract<AuthDefinition, { kind: K }> {
  const auth = provider.auth.find((candidate): candidate is Extract<AuthDefinition, { kind: K }> => candidate.kind === kind);
  if (!auth) throw new Error(`the provider ${provider.name} does not declare the auth kind ${kind}`);
  return auth;
}

/** A grant that succeeded proves the client: a config that was broken is well again. */
export async function markProviderConfigActive(tx: Pick<Tx, 'providerConfig'>, clock: Clock, row: Row): Promise<void> {
  if (row.status !== 'broken') return;
  await tx.providerConfig.updateMany({
    where: { id: row.id, applicationId: row.applicationId, status: 'broken', version: row.version },
    data: { status: 'active', statusReason: null, updatedAt: clock.now() },
  });
}

/** The provider refused our client id or secret: that is the vendor's to mend. Connections stay as they are. */
export async function markProviderConfigBroken(ctx: Pick<PublicConnectCtx, 'db' | 'clock'>, row: Row, reason: string): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const { count } = await tx.providerConfig.updateMany({
      where: { id: row.id, applicationId: row.applicationId, status: 'active', version: row.version },
      data: { status: 'broken', statusReason: reason, updatedAt: ctx.clock.now() },
    });
    if (count === 0) return;
    const data = { provider_config_id: row.id, provider: row.provider, reason };
    await emit(tx, ctx.clock, { applicationId: row.applicationId, type: 'provider_config.broken', data });
  });
}
