import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { newId, newToken } from '../base/ids.ts';
import { findProvider, holdProvider } from '../catalog/index.ts';
import { type Args, withTransaction } from '../db/index.ts';
import type { AuthDefinition, ProviderDefinition } from '../kit/index.ts';
import { audit } from '../tenancy/index.ts';
import type { ConnectCtx } from './context.ts';
import {
  ClientId,
  ClientSecret,
  deletedStatus,
  HookSecret,
  type ProviderConfig,
  Scopes,
  sealClientSecret,
  sealHookSecret,
  viewProviderConfig,
} from './provider-config.ts';

export const CreateProviderConfig = z.strictObject({
  provider: z.string().min(1).max(100),
  /** Default: the first kind that the provider declares. */
  authKind: z.enum(['oauth2', 'api_key', 'basic', 'client_credentials']).optional(),
  clientId: ClientId.optional(),
  clientSecret: ClientSecret.optional(),
  hookSecret: HookSecret.optional(),
  /** Default: the provider's. */
  scopes: Scopes.optional(),
});
export type CreateProviderConfig = z.input<typeof CreateProviderConfig>;

/** One config per application and provider. A deleted one comes back under its id, so that old connections can be authorised again. */
export async function createProviderConfig({ ctx, input }: Args<CreateProviderConfig, ConnectCtx>): Promise<ProviderConfig> {
  const { applicationId } = requireScope(ctx.actor, 'provider_configs:write');
  const parsed = CreateProviderConfig.parse(input);
  const provider = await findProvider(ctx, applicationId, parsed.provider);
  const auth = chooseAuth(provider, parsed.authKind);
  requireClient(auth, parsed);
  return withTransaction(ctx, async (tx) => {
    await holdProvider(tx, applicationId, parsed.provider);
    const existing = await tx.providerConfig.findFirst({ where: { applicationId, provider: parsed.provider } });
    if (existing && existing.status !== deletedStatus)
      throw new AppError('already_exists', `This application has a provider config for ${parsed.provider}. Update it instead.`, {
        details: { provider_config_id: existing.id },
      });
    const now = ctx.clock.now();
    const id = existing?.id ?? newId('pcfg', now);
    const data = {
      authKind: auth.kind,
      clientId: parsed.clientId ?? null,
      ...(parsed.clientSecret === undefined
        ? { clientSecretSealed: null, clientSecretKeyId: null }
        : sealClientSecret(ctx.vault, id, parsed.clientSecret)),
      hookToken: existing?.hookToken ?? newToken(),
      ...(parsed.hookSecret === undefined
        ? { hookSecretSealed: null, hookSecretKeyId: null }
        : sealHookSecret(ctx.vault, provider, id, parsed.hookSecret)),
      scopes: parsed.scopes ?? ('scopes' in auth ? auth.scopes.default : []),
      status: 'active',
      statusReason: null,
      updatedAt: now,
    };
    const row = existing
      ? await tx.providerConfig.update({ where: { id }, data: { ...data, version: { increment: 1 } } })
      : await tx.providerConfig.create({ data: { ...data, id, applicationId, provider: parsed.provider, createdAt: now } });
    await audit(tx, ctx, { applicationId, action: 'provider_config.created', target: id });
    return viewProviderConfig(ctx, row);
  }).catch(asAlreadyExists(parsed.provider));
}

function chooseAuth(provider: ProviderDefinition, kind: AuthDefinition['kind'] | undefined): AuthDefinition {
  const auth = kind === undefined ? provider.auth[0] : provider.auth.find((candidate) => candidate.kind === kind);
  if (auth) return auth;
  const offered = provider.auth.map((candidate) => candidate.kind).join(', ');
  throw new AppError('input_invalid', `${provider.displayName} does not offer ${kind}. Choose one of: ${offered}.`, {
    issues: [{ in: 'body', path: 'auth_kind', message: `One of: ${offered}.` }],
  });
}

/** OAuth needs the vendor's client; the other kinds use what the customer enters on the connect page. */
function requireClient(auth: AuthDefinition, input: { clientId?: string | undefined; clientSecret?: string | undefined }): void {
  const issues = (['clientId', 'clientSecret'] as const)
    .filter((name) => (auth.kind === 'oauth2') === (input[name] === undefined))
    .map((name) => ({
      in: 'body' as const,
      path: name === 'clientId' ? 'client_id' : 'client_secret',
      message: auth.kind === 'oauth2' ? 'Required for OAuth.' : 'Not used: the customer enters credentials on the connect page.',
    }));
  if (issues.length > 0)
    throw new AppError('input_invalid', `The OAuth client does not fit the auth kind ${auth.kind}. See the listed places.`, { issues });
}

/** Two creations at once: the unique index decides, the second gets the sentence of the first check. */
function asAlreadyExists(provider: string) {
  return (error: unknown): never => {
    if (error instanceof Error && 'code' in error && error.code === 'P2002')
      throw new AppError('already_exists', `This application has a provider config for ${provider}. Update it instead.`, { cause: error });
    throw error;
  };
}
