import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import { idInput, text } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import { askForRun } from './ask-for-run.ts';
import { lockSync } from './find-sync.ts';
import { parseInput } from './input.ts';
import { type Run, toRun } from './outputs.ts';

export const sourceCharsMax = 100;
export const metadataEntriesMax = 20;
export const metadataKeyCharsMax = 50;
export const metadataValueCharsMax = 500;

const Metadata = z
  .record(text(metadataKeyCharsMax), text(metadataValueCharsMax))
  .refine((entries) => Object.keys(entries).length <= metadataEntriesMax, `may have at most ${metadataEntriesMax} entries`);

const TriggerSync = z.strictObject({
  syncId: idInput,
  full: z.boolean().optional(),
  /** Who asks, and anything that the caller wants to find on the run again. */
  source: text(sourceCharsMax).optional(),
  metadata: Metadata.optional(),
});

/**
 * Asks for a run now. While one is in progress the answer is that run, and exactly one more follows it, however often it was
 * asked for; a full read asked for meanwhile is what that next run does, and source and metadata stand on it.
 */
export async function triggerSync({ ctx, input }: Args): Promise<Run> {
  const { syncId, ...wish } = parseInput(TriggerSync, input);
  return withTransaction(ctx, async (tx) => {
    const sync = await lockSync(ctx, tx, 'syncs:write', syncId);
    if (sync.status === 'paused')
      throw new AppError(
        'conflict',
        `This sync is paused (${sync.pauseReason}). Resume it, or let the customer connect again, then trigger it.`,
      );
    // A full read is an operator's decision; asking for what changed is everyday traffic.
    if (wish.full) await audit(tx, ctx, { applicationId: sync.applicationId, action: 'sync.full_read_requested', target: syncId });
    return toRun(await askForRun(tx, ctx.clock, sync, { trigger: 'manual', ...wish }));
  });
}
