import { z } from 'zod';
import { requireScope } from '../../base/actor.ts';
import { AppError } from '../../base/errors.ts';
import { type Args, type Prisma, type Tx, withTransaction } from '../../db/index.ts';
import type { Json, ProviderDefinition } from '../../kit/index.ts';
import { audit } from '../../tenancy/index.ts';
import type { DeclareCtx } from '../catalog.ts';
import { lockDeclarations, requireRoom } from './application-bounds.ts';
import { type DeclaredProvider, definitionInput, requireDefinition, viewDeclared } from './declared-provider.ts';
import { compileRow } from './find-provider.ts';
import { lockDeclared } from './lock-declared.ts';

const UpdateDeclaredProvider = z.strictObject({
  provider: z.string().min(1).max(100),
  /** The version that was read: a change that somebody else made meanwhile is not overwritten. */
  version: z.int().min(1),
  definition: definitionInput,
  /** Needed when syncs must read everything again. */
  resync: z.boolean().optional(),
});

/** Replaces a definition. Connections keep what they captured, so where they send their credentials stays as it is. */
export async function updateDeclaredProvider({
  ctx,
  input,
}: Args<z.input<typeof UpdateDeclaredProvider>, DeclareCtx>): Promise<DeclaredProvider> {
  const { applicationId } = requireScope(ctx.actor, 'provider_configs:write');
  const { provider: name, version, definition, resync } = UpdateDeclaredProvider.parse(input);
  const after = requireDefinition(definition as Json);
  const updated = await withTransaction(ctx, async (tx) => {
    await lockDeclarations(tx, applicationId);
    const before = await lockDeclared(tx, applicationId, name);
    if (after.name !== name)
      throw new AppError('conflict', `The definition is of ${after.name}. A provider keeps its name: declare another one.`);
    if (before.version !== version)
      throw new AppError('conflict', `${name} is at version ${before.version} by now. Read it again, then repeat the change.`, {
        details: { version: before.version },
      });
    const known = compileRow(ctx, before).definition;
    await refuseOtherHosts(tx, applicationId, known, after);
    await requireRoom(ctx, tx, {
      ...{ applicationId, name },
      before: { json: before.definition as Json, definition: known },
      after: { json: definition as Json, definition: after },
    });
    const row = await tx.declaredProvider.update({
      where: { applicationId_name: { applicationId, name } },
      data: { definition: definition as Prisma.InputJsonValue, version: { increment: 1 }, updatedAt: ctx.clock.now() },
    });
    if (known !== null) await ctx.onProviderChanged(tx, { applicationId, before: known, after, isResyncAgreed: resync === true });
    await audit(tx, ctx, { applicationId, action: 'provider.updated', target: name });
    return viewDeclared(row);
  });
  ctx.afterProviderChanged(applicationId);
  return updated;
}

/**
 * Credentials that customers gave for one host must never travel to another. A provider config is what customers authorise with:
 * while there is one, somebody may be on the way back from the provider. Nobody knows where a definition that no longer holds sent them.
 */
async function refuseOtherHosts(
  tx: Tx,
  applicationId: string,
  before: ProviderDefinition | null,
  after: ProviderDefinition,
): Promise<void> {
  if (before !== null && JSON.stringify(destinationsOf(before)) === JSON.stringify(destinationsOf(after))) return;
  const where = { applicationId, provider: after.name };
  if ((await tx.providerConfig.count({ where: { ...where, status: { not: 'deleted' } } })) === 0) return;
  const connections = await tx.connection.count({ where });
  throw new AppError(
    'conflict',
    'Customers give their credentials for the addresses of this provider, which are others in this definition. Declare another provider, or delete the provider config first.',
    { details: { connections } },
  );
}

/** Everything that decides where credentials go. */
function destinationsOf({ api, auth, captured }: ProviderDefinition): unknown {
  const urls = auth.map((one) => {
    if (one.kind === 'oauth2') return [one.kind, one.authorizeUrl, one.tokenUrl, one.refreshUrl, one.revokeUrl];
    return one.kind === 'client_credentials' ? [one.kind, one.tokenUrl] : [one.kind];
  });
  const patterns = Object.entries(captured ?? {}).map(([name, { from, path, pattern, default: usual }]) => [
    name,
    from,
    path,
    pattern,
    usual,
  ]);
  return [api.baseUrl, urls, patterns.sort()];
}
