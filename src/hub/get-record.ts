import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError, notFound } from '../base/errors.ts';
import { text } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { type ListedRecordsCtx, listedInput, openListed } from './open-listed.ts';

const recordIdCharsMax = 1000;

const GetRecord = z.strictObject({ ...listedInput, recordId: text(recordIdCharsMax) });
type GetRecord = z.input<typeof GetRecord>;

/** One record as JSON text. Several connections may have a record of the same id: then one of them must be named. */
export async function getRecord({ ctx, input }: Args<GetRecord, ListedRecordsCtx>): Promise<{ body: Buffer; etag: string }> {
  requireScope(ctx.actor, 'records:read');
  const { recordId, fields: shown, ...given } = GetRecord.parse(input);
  const { hub, customerId } = await openListed(ctx, given);
  const { items, count, connectionIds, etag } = await hub.getRecords({ ...given, customerId, shown, ids: [recordId] });
  if (count === 0) throw notFound('record', recordId);
  if (count > 1)
    throw new AppError('record_ambiguous', 'Several connections have a record with this id. Name one of them with connection_id.', {
      details: { connection_ids: connectionIds },
    });
  return { body: items, etag };
}
