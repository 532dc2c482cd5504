import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { customerIdInput, idInput, text } from '../base/text.ts';
import { findListed, type ListedCtx } from '../catalog/index.ts';
import type { Completeness } from './completeness.ts';
import type { HubCtx, ListableHub } from './context.ts';
import { findDestination } from './find-destination.ts';
import { shownCharsMax, shownMax } from './listing/projection.ts';

const objectCharsMax = 200;

/** Whose records, of what, and which parts of them: what every read of records is told. */
export const listedInput = {
  provider: text(objectCharsMax),
  object: text(objectCharsMax),
  customerId: customerIdInput.optional(),
  connectionId: idInput.optional(),
  /** Absent: where the syncs that bring the object write to, if that is one place. */
  destinationId: idInput.optional(),
  /** Parts of the records to show, as paths or names of declared fields. */
  fields: z.array(text(shownCharsMax)).min(1).max(shownMax).optional(),
  /** A plain listing shows what is there; whoever follows changes passes true, or never hears of deletes. */
  includeDeleted: z.boolean().default(false),
};

interface Listed {
  provider: string;
  object: string;
  customerId?: string | undefined;
  connectionId?: string | undefined;
  destinationId?: string | undefined;
}

/** The catalog says which objects there are; the hub's floor needs nothing else of it. */
export type ListedRecordsCtx = HubCtx & ListedCtx;

/** The hub that has the records, and whose of them the caller may see: a customer token its own customer's, whatever it asks for. */
export async function openListed(
  ctx: ListedRecordsCtx,
  given: Listed,
): Promise<{ hub: ListableHub; completeness: Completeness; applicationId: string; customerId: string | undefined }> {
  const { applicationId, customerId: own } = requireScope(ctx.actor, 'records:read');
  if (own !== undefined && given.customerId !== undefined && given.customerId !== own)
    throw new AppError('scope_missing', "A customer token lists its own customer's records only.");
  const { object: readObject } = await findListed(ctx, applicationId, given.provider, given.object);
  const customerId = own ?? given.customerId;
  const { destination, completeness } = await findDestination(ctx, { ...given, customerId, applicationId, readObject });
  return { hub: await ctx.hubs.open(destination), completeness, applicationId, customerId };
}
