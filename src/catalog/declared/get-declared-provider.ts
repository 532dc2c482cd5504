import { z } from 'zod';
import { requireScope } from '../../base/actor.ts';
import { notFound } from '../../base/errors.ts';
import type { Args } from '../../db/index.ts';
import type { CatalogCtx } from '../catalog.ts';
import { type DeclaredProvider, viewDeclared } from './declared-provider.ts';

const GetDeclaredProvider = z.strictObject({ provider: z.string().min(1).max(100) });

/** The definition as it was sent, with the version that a change has to name. */
export async function getDeclaredProvider({
  ctx,
  input,
}: Args<z.input<typeof GetDeclaredProvider>, CatalogCtx>): Promise<DeclaredProvider> {
  const { applicationId } = requireScope(ctx.actor, 'provider_configs:read');
  const { provider: name } = GetDeclaredProvider.parse(input);
  const row = await ctx.db.prisma.declaredProvider.findUnique({ where: { applicationId_name: { applicationId, name } } });
  if (row === null) throw notFound('declared provider', name);
  return viewDeclared(row);
}
