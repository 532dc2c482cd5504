import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import type { Args } from '../db/index.ts';
import type { ConnectCtx } from './context.ts';
import { findProviderConfig, type ProviderConfig, viewProviderConfig } from './provider-config.ts';

export const GetProviderConfig = z.strictObject({ providerConfigId: z.string().min(1).max(64) });
export type GetProviderConfig = z.input<typeof GetProviderConfig>;

export async function getProviderConfig({ ctx, input }: Args<GetProviderConfig, ConnectCtx>): Promise<ProviderConfig> {
  const { applicationId } = requireScope(ctx.actor, 'provider_configs:read');
  const { providerConfigId } = GetProviderConfig.parse(input);
  return viewProviderConfig(ctx, await findProviderConfig(ctx.db.prisma, applicationId, providerConfigId));
}
