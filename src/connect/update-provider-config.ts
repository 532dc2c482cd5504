import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { findProvider } from '../catalog/index.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import type { ConnectCtx } from './context.ts';
import {
  ClientId,
  ClientSecret,
  findProviderConfig,
  HookSecret,
  type ProviderConfig,
  Scopes,
  sealClientSecret,
  sealHookSecret,
  viewProviderConfig,
} from './provider-config.ts';

export const UpdateProviderConfig = z.strictObject({
  providerConfigId: z.string().min(1).max(64),
  clientId: ClientId.optional(),
  clientSecret: ClientSecret.optional(),
  hookSecret: HookSecret.optional(),
  scopes: Scopes.optional(),
});
export type UpdateProviderConfig = z.input<typeof UpdateProviderConfig>;

/** Rotates the client or changes the scopes. A new client un-breaks the config: the next refresh tries with it. */
export async function updateProviderConfig({ ctx, input }: Args<UpdateProviderConfig, ConnectCtx>): Promise<ProviderConfig> {
  const { applicationId } = requireScope(ctx.actor, 'provider_configs:write');
  const { providerConfigId, clientId, clientSecret, hookSecret, scopes } = UpdateProviderConfig.parse(input);
  return withTransaction(ctx, async (tx) => {
    const before = await findProviderConfig(tx, applicationId, providerConfigId);
    const provider = hookSecret === undefined ? null : await findProvider(ctx, applicationId, before.provider);
    const changesClient = clientId !== undefined || clientSecret !== undefined;
    if (changesClient && before.authKind !== 'oauth2')
      throw new AppError('input_invalid', `This provider config is of kind ${before.authKind}: it has no OAuth client to change.`);
    const row = await tx.providerConfig.update({
      where: { id: providerConfigId, applicationId },
      data: {
        ...(clientId !== undefined && { clientId }),
        ...(clientSecret !== undefined && sealClientSecret(ctx.vault, providerConfigId, clientSecret)),
        ...(provider && hookSecret !== undefined && sealHookSecret(ctx.vault, provider, providerConfigId, hookSecret)),
        ...(scopes !== undefined && { scopes }),
        ...(changesClient && { status: 'active', statusReason: null }),
        version: { increment: 1 },
        updatedAt: ctx.clock.now(),
      },
    });
    await audit(tx, ctx, { applicationId, action: 'provider_config.updated', target: providerConfigId });
    return viewProviderConfig(ctx, row);
  });
}
