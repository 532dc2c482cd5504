import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../base/errors.ts';
import type { HubHandle } from './handle.ts';
import { type HubTx, writeTransaction } from './transaction.ts';

/**
 * A step that waits for a table's lock holds up every writer behind it. This is what a change of the layout costs a writer at most;
 * then it gives way, and tries again a little later. The step itself is a change of the catalog, or of a small table.
 */
const lockMsMax = 150;
const stepTriesMax = 60;
const pauseMsMin = 100;
const pauseMsMax = 1_500;

const lockNotAvailable = '55P03';

/** One short transaction that changes the layout. The hub's row is the lock: steps of one hub are taken one at a time. */
export async function layoutStep<T>(
  hub: HubHandle,
  work: (tx: HubTx) => Promise<T>,
  { triesMax = stepTriesMax }: { triesMax?: number } = {},
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await writeTransaction(hub, async (tx) => {
        await tx.query(`set local lock_timeout = ${lockMsMax}`);
        await tx.query(`select from ${hub.names.hub} for update`);
        return work(tx);
      });
    } catch (cause) {
      if ((cause as { code?: string }).code !== lockNotAvailable) throw cause;
      if (tries >= triesMax) throw standsInTheWay(cause);
    }
    await sleep(Math.min(pauseMsMax, pauseMsMin * tries));
  }
}

function standsInTheWay(cause: unknown): AppError {
  return new AppError(
    'destination_unavailable',
    'A long transaction in the database keeps the table from being changed. It is tried again.',
    {
      cause,
    },
  );
}
