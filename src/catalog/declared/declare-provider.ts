import { z } from 'zod';
import { requireScope } from '../../base/actor.ts';
import { AppError } from '../../base/errors.ts';
import { type Args, type Prisma, withTransaction } from '../../db/index.ts';
import type { Json } from '../../kit/index.ts';
import { audit } from '../../tenancy/index.ts';
import type { DeclareCtx } from '../catalog.ts';
import { lockDeclarations, requireRoom } from './application-bounds.ts';
import { type DeclaredProvider, definitionInput, requireDefinition, viewDeclared } from './declared-provider.ts';

const DeclareProvider = z.strictObject({ definition: definitionInput });

const declaredMax = 50;

/** A provider of the application's own, as data. It can be used at once, by this application and no other. */
export async function declareProvider({ ctx, input }: Args<z.input<typeof DeclareProvider>, DeclareCtx>): Promise<DeclaredProvider> {
  const { applicationId } = requireScope(ctx.actor, 'provider_configs:write');
  const definition = DeclareProvider.parse(input).definition as Json;
  const compiled = requireDefinition(definition);
  const { name } = compiled;
  const declared = await withTransaction(ctx, async (tx) => {
    await lockDeclarations(tx, applicationId);
    if (await tx.declaredProvider.findUnique({ where: { applicationId_name: { applicationId, name } }, select: { name: true } }))
      throw new AppError('already_exists', `This application has declared ${name}. Update it instead.`);
    if ((await tx.declaredProvider.count({ where: { applicationId } })) >= declaredMax)
      throw new AppError('conflict', `An application declares at most ${declaredMax} providers. Delete one that is not used.`);
    await requireRoom(ctx, tx, { applicationId, name, before: null, after: { json: definition, definition: compiled } });
    const now = ctx.clock.now();
    const row = await tx.declaredProvider.create({
      data: { applicationId, name, definition: definition as Prisma.InputJsonValue, createdAt: now, updatedAt: now },
    });
    await audit(tx, ctx, { applicationId, action: 'provider.declared', target: name });
    return viewDeclared(row);
  });
  ctx.afterProviderChanged(applicationId);
  return declared;
}
