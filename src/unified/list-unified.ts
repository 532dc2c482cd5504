import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { pageInput, pageSizeDefault } from '../base/list.ts';
import { customerIdInput, idInput, text } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { filterCharsMax } from '../hub/listing/filters.ts';
import type { UnifiedPage } from '../hub/unified/types.ts';
import type { UnifiedCtx } from './context.ts';
import { fieldConditions } from './field-conditions.ts';
import { openUnified, shownInput } from './open-unified.ts';

const recordIdCharsMax = 1000;

const ListUnified = z.strictObject({
  ...shownInput,
  ...pageInput,
  provider: text(100).optional(),
  customerId: customerIdInput.optional(),
  connectionId: idInput.optional(),
  destinationId: idInput.optional(),
  remoteId: text(recordIdCharsMax).optional(),
  /** Inclusive, compared with our synced time, as the next. Only the cursor is free of gaps. */
  modifiedAfter: z.date().optional(),
  /** Exclusive. */
  modifiedBefore: z.date().optional(),
  /** On the model's fields, as JSON text. */
  filter: text(filterCharsMax).optional(),
  /** Whether to count what the filters let through. */
  count: z.boolean().default(false),
});
export type ListUnified = z.input<typeof ListUnified>;

/** A model's records across providers, and their changes: the same feed and the same cursors as of records. */
export async function listUnified({ ctx, input }: Args<ListUnified, UnifiedCtx>): Promise<UnifiedPage> {
  requireScope(ctx.actor, 'records:read');
  const { pageSize = pageSizeDefault, filter, count: counts, ...given } = ListUnified.parse(input);
  const { hub, model, shown, completeness, customerId } = await openUnified(ctx, given);
  const { connectionId, remoteId, modifiedAfter, modifiedBefore, includeDeleted, cursor } = given;
  return hub.listUnified({
    ...shown,
    ...{ customerId, connectionId, remoteId, modifiedAfter, modifiedBefore, includeDeleted },
    conditions: filter === undefined ? [] : fieldConditions(model, filter),
    model: `${model.category}/${model.name}`,
    provider: given.provider ?? null,
    ...{ cursor, pageSize, counts, completeness },
  });
}
