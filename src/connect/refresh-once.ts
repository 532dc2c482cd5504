import { setTimeout as sleep } from 'node:timers/promises';
import { Secret } from '../base/secret.ts';
import { ProviderError } from '../kit/index.ts';
import { recapture } from './captured.ts';
import type { ConnectCtx } from './context.ts';
import { type Credentials, sealCredentials } from './credentials.ts';
import type { HeldConnection } from './held-connection.ts';
import { markNeedsReauth } from './needs-reauth.ts';
import type { TokenSet } from './oauth/client.ts';
import { clientCredentialsGrant, oauth2Client, refreshGrant } from './oauth/grants.ts';
import { meaningOfRefusal, OAuthRefusal } from './oauth/refusal.ts';
import { authOfKind, clientIdentity, markProviderConfigActive, markProviderConfigBroken } from './provider-config.ts';
import { revokeAtProvider } from './revoke-at-provider.ts';

/**
 * Asks the token endpoint once and saves what it gave, before anybody uses it. A crash between the provider's answer and
 * our save loses a rotated refresh token: no order of the two avoids that, only the provider's grace period does.
 */
export async function refreshOnce(ctx: ConnectCtx, held: HeldConnection, fence: bigint): Promise<void> {
  const askedAt = ctx.clock.now();
  try {
    const tokens = await askForTokens(ctx, held);
    await save(ctx, held, fence, tokens, askedAt);
  } catch (error) {
    if (!(error instanceof OAuthRefusal)) throw error;
    await conclude(ctx, held, fence, error);
  }
}

function askForTokens(ctx: ConnectCtx, { row, provider, credentials, captured }: HeldConnection): Promise<TokenSet> {
  switch (credentials.kind) {
    case 'oauth2': {
      if (credentials.refreshToken === null) throw new Error('credentials without a refresh token cannot be refreshed');
      const auth = authOfKind(provider, 'oauth2');
      const client = oauth2Client(provider, auth, clientIdentity(ctx.vault, row.providerConfig), captured);
      return refreshGrant(ctx, client, auth, credentials.refreshToken);
    }
    case 'client_credentials': {
      const identity = { clientId: credentials.clientId, clientSecret: new Secret(credentials.clientSecret) };
      return clientCredentialsGrant(ctx, provider, authOfKind(provider, 'client_credentials'), identity, captured);
    }
    case 'api_key':
    case 'basic':
      throw new Error(`credentials of kind ${credentials.kind} cannot be refreshed`);
    default:
      throw new Error(`unknown credentials ${String(credentials satisfies never)}`);
  }
}

/** Tries to save: what the provider gave is worth more than one failed statement. The version makes repeating harmless. */
const savesMax = 3;
const saveRetryMs = 200;

async function save(ctx: ConnectCtx, held: HeldConnection, fence: bigint, tokens: TokenSet, askedAt: Date): Promise<void> {
  const { row } = held;
  const { expiresInSeconds } = tokens;
  const sealed = sealCredentials(ctx.vault, row.id, withTokens(held.credentials, tokens));
  const update = () =>
    ctx.db.prisma.connection.updateMany({
      where: { id: row.id, applicationId: row.applicationId, status: 'active', credentialsVersion: held.version, refreshFence: fence },
      data: {
        ...sealed,
        credentialsVersion: { increment: 1 },
        accessExpiresAt: expiresInSeconds === null ? null : new Date(askedAt.getTime() + expiresInSeconds * 1000),
        captured: { ...held.captured, ...recapture(held.provider, tokens.raw) },
        ...(tokens.scopes !== null && { scopes: tokens.scopes }),
        refreshLeaseOwner: null,
        refreshLeaseUntil: null,
        updatedAt: ctx.clock.now(),
      },
    });
  for (let attempt = 1; ; attempt++) {
    try {
      if ((await update()).count === 0) await revokeWhenDisconnected(ctx, { ...row, ...sealed });
      break;
    } catch (error) {
      if (attempt === savesMax) throw error;
      await sleep(saveRetryMs);
    }
  }
  if (row.authKind === 'oauth2') await markProviderConfigActive(ctx.db.prisma, ctx.clock, row.providerConfig);
}

/** The disconnect revoked the tokens that it knew; these came meanwhile, and nobody else could ever end them. */
async function revokeWhenDisconnected(ctx: ConnectCtx, refreshed: HeldConnection['row']): Promise<void> {
  const { id, applicationId } = refreshed;
  const now = await ctx.db.prisma.connection.findFirst({ where: { id, applicationId }, select: { status: true } });
  if (now?.status === 'disabled') await revokeAtProvider(ctx, refreshed);
}

/** Not every provider rotates: without a new refresh token the old one stays good. */
function withTokens(credentials: Credentials, { accessToken, refreshToken, expiresInSeconds }: TokenSet): Credentials {
  if (credentials.kind === 'oauth2')
    return { ...credentials, accessToken, refreshToken: refreshToken ?? credentials.refreshToken, lifetimeSeconds: expiresInSeconds };
  if (credentials.kind === 'client_credentials') return { ...credentials, accessToken, lifetimeSeconds: expiresInSeconds };
  return credentials;
}

/**
 * Only an ended grant disconnects the customer; only a refused client of the vendor breaks the provider config. A verdict
 * about credentials that are no longer the current ones is dropped: the caller reads the row again.
 */
async function conclude(ctx: ConnectCtx, held: HeldConnection, fence: bigint, refusal: OAuthRefusal): Promise<void> {
  const { row } = held;
  const auth = authOfKind(held.provider, row.authKind === 'oauth2' ? 'oauth2' : 'client_credentials');
  const meaning = meaningOfRefusal(refusal, auth);
  // With client credentials the client is the customer's own: refusing it ends the grant.
  const hasEnded = meaning === 'grant_ended' || (meaning === 'client_refused' && auth.kind === 'client_credentials');
  if (hasEnded) {
    const isOurs = await markNeedsReauth(ctx, row, { reason: refusal.error, fence });
    if (!isOurs) return;
    throw new ProviderError('unauthorized', `The connection must be authorised again by the customer (${refusal.error}).`, {
      cause: refusal,
    });
  }
  if (meaning === 'client_refused') {
    await markProviderConfigBroken(ctx, row.providerConfig, refusal.error);
    throw new ProviderError(
      'config',
      `The provider refuses the OAuth client of the provider config (${refusal.error}). Update its client id or secret.`,
      { cause: refusal },
    );
  }
  throw new ProviderError('unavailable', refusal.message, { cause: refusal });
}
