import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../base/errors.ts';
import type { HubHandle } from '../handle.ts';
import { type HubTx, writeTransaction } from '../transaction.ts';

/** Whoever waits for a table's lock holds up everybody behind: gives way after this, before a deadlock would be looked for (1 s). */
const lockMsMax = 500;
const pauseMs = 100;
const attemptsMsMax = 20_000;
/** Lock not available, deadlock, and two that change one row of the catalog. */
const givesWay = new Set(['55P03', '40P01', 'XX000']);

/** A transaction that changes definitions, begun again while a long transaction of somebody else's stands in its way. */
export async function withBriefLock<T>(hub: HubHandle, work: (tx: HubTx) => Promise<T>): Promise<T> {
  for (const end = Date.now() + attemptsMsMax; ; await sleep(pauseMs)) {
    try {
      return await writeTransaction(hub, async (tx) => {
        await tx.query(`set local lock_timeout = ${lockMsMax}`);
        return work(tx);
      });
    } catch (cause) {
      if (!mustGiveWay(cause)) throw cause;
      if (Date.now() > end)
        throw new AppError(
          'destination_unavailable',
          'A long transaction in the destination stands in the way. End it, or try again later.',
          {
            cause,
          },
        );
    }
  }
}

/** Whether a transaction failed for nothing but another one, so that it is to be begun again. */
export function mustGiveWay(error: unknown): boolean {
  return givesWay.has((error as { code?: string }).code ?? '');
}
