import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import { findProvider } from '../catalog/index.ts';
import type { Args } from '../db/index.ts';
import type { ConnectCtx } from './context.ts';
import { deletedStatus, type ProviderConfig, viewProviderConfig } from './provider-config.ts';

export const ListProviderConfigs = z.strictObject({ ...pageInput, provider: z.string().max(100).optional() });
export type ListProviderConfigs = z.input<typeof ListProviderConfigs>;

export async function listProviderConfigs({ ctx, input }: Args<ListProviderConfigs, ConnectCtx>): Promise<Page<ProviderConfig>> {
  const { applicationId } = requireScope(ctx.actor, 'provider_configs:read');
  const { provider, ...page } = ListProviderConfigs.parse(input);
  if (provider !== undefined) await findProvider(ctx, applicationId, provider);
  const found = await pageById(
    page,
    ({ after, take }) =>
      ctx.db.prisma.providerConfig.findMany({
        where: {
          applicationId,
          status: { not: deletedStatus },
          ...(provider !== undefined && { provider }),
          ...(after !== null && { id: { gt: after } }),
        },
        orderBy: { id: 'asc' },
        take,
      }),
    (row) => row.id,
  );
  return { ...found, data: await Promise.all(found.data.map((row) => viewProviderConfig(ctx, row))) };
}
