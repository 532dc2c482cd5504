import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import { findSync, lockSync } from './find-sync.ts';
import { parseInput } from './input.ts';
import { type PauseReason, type Sync, toSync } from './outputs.ts';
import { resumeSyncs } from './stop-syncs.ts';

const ResumeSync = z.strictObject({ syncId: idInput });

/** Makes a paused sync active and due now. What only the customer can mend (a connection) is refused. */
export async function resumeSync({ ctx, input }: Args): Promise<Sync> {
  const { syncId } = parseInput(ResumeSync, input);
  return withTransaction(ctx, async (tx) => {
    const sync = await lockSync(ctx, tx, 'syncs:write', syncId);
    const connection = await tx.connection.findUniqueOrThrow({ where: { id: sync.connectionId }, select: { status: true } });
    if (connection.status !== 'active')
      throw new AppError('connection_not_active', 'The connection of this sync is not active. Let the customer connect it again first.');
    const config = await tx.syncConfig.findUniqueOrThrow({ where: { id: sync.syncConfigId }, select: { status: true } });
    if (config.status !== 'enabled') throw new AppError('conflict', 'The sync config of this sync is disabled. Enable it first.');
    if (sync.status === 'paused') await resumeSyncs(tx, ctx.clock, { id: syncId }, [sync.pauseReason as PauseReason]);
    await audit(tx, ctx, { applicationId: sync.applicationId, action: 'sync.resumed', target: syncId });
    return toSync(await findSync(ctx, tx, 'syncs:write', syncId));
  });
}
