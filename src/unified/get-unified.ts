import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError, notFound } from '../base/errors.ts';
import { idInput, text } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { UnifiedCtx } from './context.ts';
import { openUnified, shownInput } from './open-unified.ts';

const idCharsMax = 1100;
const what = 'unified record';

const GetUnified = z.strictObject({
  ...shownInput,
  /** As listings show it: connection and remote id. */
  id: text(idCharsMax),
  destinationId: idInput.optional(),
});
export type GetUnified = z.input<typeof GetUnified>;

/** One record of a model by the id that listings and SQL show, as it is now. */
export async function getUnified({ ctx, input }: Args<GetUnified, UnifiedCtx>): Promise<{ body: Buffer; etag: string }> {
  requireScope(ctx.actor, 'records:read');
  const { id, ...given } = GetUnified.parse(input);
  const slash = id.indexOf('/');
  const connectionId = id.slice(0, slash);
  const remoteId = id.slice(slash + 1);
  if (slash < 1 || remoteId === '' || !idInput.safeParse(connectionId).success) throw notFound(what, id);
  const { hub, shown, customerId } = await openUnified(ctx, { ...given, connectionId });
  const found = await hub.getUnified({ ...shown, customerId, connectionId, remoteId, includeDeleted: given.includeDeleted });
  if (found.outcome === 'found') return found;
  if (found.outcome === 'none') throw notFound(what, id);
  throw new AppError(
    'record_ambiguous',
    'Several objects of this connection have a record of this id. List the model with connection_id and remote_id to see them.',
  );
}
