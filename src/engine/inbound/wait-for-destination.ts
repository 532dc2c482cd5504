import { AppError } from '../../base/errors.ts';
import type { Destination as DestinationRow } from '../../db/generated/client.ts';
import type { ListableHub } from '../../hub/context.ts';
import { isLasting } from '../../hub/destination-failure.ts';
import { chargeRows, secondsToBegin, secondsToWrite } from '../../syncs/destination-load.ts';
import { markRecovered, markUnavailable } from '../../syncs/mark-destination.ts';
import type { Desk } from './leave-with.ts';
import { heldWaitSecondsMax } from './reaction.ts';
import { isOver, renew, rest, type Slice } from './slice.ts';

/** The run goes on when its destination may be written to. */
export class DestinationWaits extends Error {
  readonly waitSeconds: number;

  constructor(waitSeconds: number) {
    super('the destination takes nothing now: it is unavailable, busy up to its rate, or outside of its hours');
    this.name = 'DestinationWaits';
    this.waitSeconds = waitSeconds;
  }
}

/** Waiting runs come back one after the other. */
const spreadSeconds = 5;

/** The hub of a sync, if it may be written to now: asked before the provider, who is spared that way. */
export async function openDestination({
  ctx,
  lease,
}: Pick<Desk, 'ctx' | 'lease'>): Promise<{ destination: DestinationRow; hub: ListableHub }> {
  const destination = await ctx.db.prisma.destination.findUniqueOrThrow({ where: { id: lease.sync.destinationId } });
  const seconds = await secondsToBegin(ctx, destination);
  if (seconds > heldWaitSecondsMax) throw new DestinationWaits(seconds + Math.random() * spreadSeconds);
  return { destination, hub: await ctx.hubs.open(destination) };
}

/** Waits until the destination takes the next rows, as long as the slice has time. false: it has none left. */
export async function waitForLoad(slice: Slice): Promise<boolean> {
  for (;;) {
    const seconds = await secondsToWrite(slice.ctx, slice.destination);
    if (seconds <= 0) return true;
    if (isOver(slice) || seconds > slice.ctx.limits.sliceSecondsMax) return false;
    await rest(slice, Math.min(seconds, heldWaitSecondsMax));
    await renew(slice);
  }
}

export async function chargeLoad({ ctx, destination }: Slice, rows: number): Promise<void> {
  await chargeRows(ctx, destination, rows);
}

/** What the end of a slice says about its destination. `isDown`: every sync of it would meet the same, and it is marked as such. */
export async function noteDestination({ ctx, lease, slice }: Desk, failure: AppError | null): Promise<{ isDown: boolean }> {
  const { applicationId, destinationId } = lease.sync;
  if (!failure) {
    if (slice?.destination.status === 'unavailable') await markRecovered(ctx, { applicationId, destinationId });
    return { isDown: false };
  }
  if (!isLasting(failure)) return { isDown: false };
  await markUnavailable(ctx, { applicationId, destinationId }, failure);
  const { status } = await ctx.db.prisma.destination.findUniqueOrThrow({ where: { id: destinationId }, select: { status: true } });
  return { isDown: status === 'unavailable' };
}

/** The failure of a destination, if that is what stopped a slice. */
export function destinationFailure(error: unknown): AppError | null {
  return error instanceof AppError && error.code === 'destination_unavailable' ? error : null;
}
