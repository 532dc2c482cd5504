import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { text } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { refused } from './listing/refusals.ts';
import { type ListedRecordsCtx, listedInput, openListed } from './open-listed.ts';

const idsMax = 500;
const recordIdCharsMax = 1000;

const BatchRecords = z.strictObject({ ...listedInput, ids: z.array(text(recordIdCharsMax)).min(1).max(idsMax) });
type BatchRecords = z.input<typeof BatchRecords>;

/** Records by their ids, in the order of the ids. `body` is the whole answer as JSON text. */
export async function batchRecords({ ctx, input }: Args<BatchRecords, ListedRecordsCtx>): Promise<{ body: Buffer }> {
  requireScope(ctx.actor, 'records:read');
  const { ids, fields: shown, ...given } = BatchRecords.parse(input);
  const { hub, customerId } = await openListed(ctx, given);
  if (customerId === undefined && given.connectionId === undefined)
    throw refused('customer_id', 'Name a customer or a connection: the same ids may be in many.', 'body');
  const { items, missingIds, hasMore } = await hub.getRecords({ ...given, customerId, shown, ids: [...new Set(ids)] });
  const closing = `],"missing_ids":${JSON.stringify(missingIds)},"has_more":${hasMore}}`;
  return { body: Buffer.concat([Buffer.from('{"data":['), items, Buffer.from(closing)]) };
}
