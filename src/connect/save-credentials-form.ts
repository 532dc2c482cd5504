import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { findProvider } from '../catalog/index.ts';
import type { ProviderDefinition } from '../kit/index.ts';
import { lookUpAccount } from './account.ts';
import { type Captured, capture } from './captured.ts';
import type { PublicConnectCtx } from './context.ts';
import type { Credentials } from './credentials.ts';
import { findOpenSession, noteFailure, type SessionRow } from './find-session.ts';
import { type ConnectPage, credentialFields, type PublicArgs } from './get-connect-page.ts';
import { clientCredentialsGrant } from './oauth/grants.ts';
import { asConnectError, type ConnectOutcome, outcomeContext } from './outcome.ts';
import { authOfKind } from './provider-config.ts';
import { type Authorisation, saveConnection } from './save-connection.ts';

export const SaveCredentialsForm = z.strictObject({
  token: z.string().max(200),
  form: z.record(z.string().max(100), z.string().max(5000)),
  mode: z.enum(['page', 'popup']),
});
export type SaveCredentialsForm = z.input<typeof SaveCredentialsForm>;

/** API key, basic and client credentials: nothing is saved before the provider has accepted them. */
export async function saveCredentialsForm({ ctx, input }: PublicArgs<SaveCredentialsForm>): Promise<ConnectOutcome> {
  const { token, form, mode } = SaveCredentialsForm.parse(input);
  const session = await findOpenSession(ctx, token);
  const provider = await findProvider(ctx, session.applicationId, session.providerConfig.provider);
  const context = outcomeContext(session, provider.displayName, mode, token);
  try {
    const authorisation = await verify(ctx, session, provider, form);
    const connection = await saveConnection(ctx, session, authorisation);
    return { kind: 'connected', connectionId: connection.id, context };
  } catch (error) {
    const known = asConnectError(error, provider.displayName);
    if (!known) throw error;
    await noteFailure(ctx, session, known.code);
    return { kind: 'failed', error: known, context };
  }
}

async function verify(
  ctx: PublicConnectCtx,
  session: SessionRow,
  provider: ProviderDefinition,
  form: Record<string, string>,
): Promise<Authorisation> {
  const kind = session.providerConfig.authKind as ConnectPage['authKind'];
  if (kind === 'oauth2') throw new AppError('input_invalid', `${provider.displayName} is connected by signing in there.`);
  const values = requireFields(provider, kind, form);
  const captured = capture(provider, 'form', form);
  const { credentials, accessExpiresAt, scopes } = await obtain(ctx, provider, kind, values, captured);
  const signal = AbortSignal.timeout(ctx.limits.requestTimeoutSeconds * 1000);
  const account = await lookUpAccount(ctx, { provider, credentials, captured }, signal);
  return { credentials, accessExpiresAt, scopes, captured, account };
}

function requireFields(provider: ProviderDefinition, kind: ConnectPage['authKind'], form: Record<string, string>): Record<string, string> {
  const values: Record<string, string> = {};
  const issues = [];
  for (const { name, title } of credentialFields(provider, kind)) {
    values[name] = form[name]?.trim() ?? '';
    if (values[name] === '') issues.push({ in: 'body' as const, path: name, message: `${title} is missing.` });
  }
  if (issues.length > 0) throw new AppError('input_invalid', issues.map(({ message }) => message).join(' '), { issues });
  return values;
}

async function obtain(
  ctx: PublicConnectCtx,
  provider: ProviderDefinition,
  kind: Exclude<ConnectPage['authKind'], 'oauth2'>,
  values: Record<string, string>,
  captured: Captured,
): Promise<{ credentials: Credentials; accessExpiresAt: Date | null; scopes: string[] }> {
  switch (kind) {
    case 'api_key':
      return { credentials: { kind, apiKey: values.api_key ?? '' }, accessExpiresAt: null, scopes: [] };
    case 'basic':
      return { credentials: { kind, username: values.username ?? '', password: values.password ?? '' }, accessExpiresAt: null, scopes: [] };
    case 'client_credentials': {
      const auth = authOfKind(provider, kind);
      const { client_id: clientId = '', client_secret: clientSecret = '' } = values;
      const askedAt = ctx.clock.now();
      const tokens = await clientCredentialsGrant(ctx, provider, auth, { clientId, clientSecret: new Secret(clientSecret) }, captured);
      const lifetimeSeconds = tokens.expiresInSeconds;
      return {
        credentials: { kind, clientId, clientSecret, accessToken: tokens.accessToken, lifetimeSeconds },
        accessExpiresAt: lifetimeSeconds === null ? null : new Date(askedAt.getTime() + lifetimeSeconds * 1000),
        scopes: tokens.scopes ?? auth.scopes.default,
      };
    }
    default:
      throw new Error(`unknown auth kind ${kind satisfies never}`);
  }
}
