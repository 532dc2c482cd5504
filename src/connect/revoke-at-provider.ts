import { findProvider } from '../catalog/index.ts';
import type { Connection as ConnectionRow } from '../db/generated/client.ts';
import { ProviderError } from '../kit/index.ts';
import type { Captured } from './captured.ts';
import type { ConnectCtx } from './context.ts';
import { openCredentials } from './credentials.ts';
import { revokeToken } from './oauth/client.ts';
import { oauth2Client } from './oauth/grants.ts';
import { OAuthRefusal } from './oauth/refusal.ts';
import { authOfKind, clientIdentity } from './provider-config.ts';

/** `not_offered`: the provider has no revocation, or the connection had nothing to revoke. */
export type Revocation = 'revoked' | 'not_offered' | 'failed';

const attemptsMax = 2;

/** Revokes the grant by its refresh token (RFC 7009), or the access token where there is none. `row` is the connection before it was disabled. */
export async function revokeAtProvider(ctx: ConnectCtx, row: ConnectionRow): Promise<Revocation> {
  if (row.authKind !== 'oauth2' || row.credentialsSealed === null) return 'not_offered';
  const provider = await findProvider(ctx, row.applicationId, row.provider);
  const auth = authOfKind(provider, 'oauth2');
  const credentials = openCredentials(ctx.vault, row);
  if (auth.revokeUrl === undefined || credentials.kind !== 'oauth2') return 'not_offered';
  const providerConfig = await ctx.db.prisma.providerConfig.findFirstOrThrow({
    where: { id: row.providerConfigId, applicationId: row.applicationId },
  });
  const client = oauth2Client(provider, auth, clientIdentity(ctx.vault, providerConfig), row.captured as Captured);
  for (let attempt = 1; ; attempt++) {
    try {
      await revokeToken(ctx, client, credentials.refreshToken ?? credentials.accessToken);
      return 'revoked';
    } catch (error) {
      if (!(error instanceof ProviderError) && !(error instanceof OAuthRefusal)) throw error;
      const isPassing = error instanceof ProviderError && error.meaning === 'unavailable';
      if (isPassing && attempt < attemptsMax) continue;
      ctx.log.warn(
        { err: error, connectionId: row.id, provider: row.provider },
        'the provider did not revoke the tokens of a disconnected connection',
      );
      return 'failed';
    }
  }
}
