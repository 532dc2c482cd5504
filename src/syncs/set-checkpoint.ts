import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import { idInput, text } from '../base/text.ts';
import { findObject } from '../catalog/index.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import type { SyncsCtx } from './context.ts';
import { editCheckpoint } from './edit-checkpoint.ts';
import { findSync } from './find-sync.ts';
import { describeCheckpoint, type SyncCheckpoint } from './get-checkpoint.ts';
import { inputError, parseInput } from './input.ts';

const watermarkCharsMax = 2000;
const SetCheckpoint = z.strictObject({
  syncId: idInput,
  /** null: the next run reads in full. */
  watermark: text(watermarkCharsMax).nullable(),
});

/** Moves a sync's watermark by hand. An unfinished read is dropped; the next run reads from the new place. */
export async function setCheckpoint({ ctx, input }: Args<unknown, SyncsCtx>): Promise<SyncCheckpoint> {
  const { syncId, watermark } = parseInput(SetCheckpoint, input);
  const sync = await findSync(ctx, ctx.db.prisma, 'syncs:write', syncId);
  const definition = await findObject(ctx, sync.applicationId, sync.provider, sync.object);
  if (watermark !== null && (!definition.incremental || sync.strategy !== 'full_then_incremental'))
    throw new AppError(
      'strategy_unsupported',
      `A sync with the strategy ${sync.strategy} goes on from no watermark that could be set. Use null, or reset it.`,
    );
  const type = definition.incremental?.watermark.type;
  const value = watermark === null ? null : checked(watermark, type);
  await editCheckpoint(ctx, syncId, (before) => ({
    ...before,
    watermark: value,
    // What a mark set forward skips is in no read: only a full one knows again what is complete.
    completeAsOf: isBackward(before.watermark, value) ? before.completeAsOf : null,
    hasFull: value !== null,
    strategy: sync.strategy,
    read: null,
    ended: null,
  }));
  await withTransaction(ctx, (tx) => audit(tx, ctx, { applicationId: sync.applicationId, action: 'sync.checkpoint_set', target: syncId }));
  return describeCheckpoint(ctx, sync);
}

/** null: everything is read again. */
function isBackward(before: string | null, after: string | null): boolean {
  if (after === null) return true;
  const [from, to] = [Date.parse(before ?? ''), Date.parse(after)];
  return !Number.isNaN(from) && !Number.isNaN(to) && to <= from;
}

function checked(watermark: string, type: 'datetime' | 'integer' | 'opaque' | undefined): string {
  if (type === 'integer' && !/^-?\d{1,40}$/.test(watermark)) throw inputError('watermark', 'This object counts in whole numbers.');
  if (type !== 'datetime') return watermark;
  const parsed = z.iso.datetime({ offset: true }).safeParse(watermark);
  if (!parsed.success) throw inputError('watermark', 'This object needs a time with a zone, such as 2026-01-31T12:00:00Z.');
  return new Date(parsed.data).toISOString();
}
