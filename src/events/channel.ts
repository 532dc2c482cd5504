import type { Ctx, Tx } from '../db/index.ts';
import { type Listening, listen } from '../db/listen.ts';

const channel = 'syncline_event';

/** There is something to be numbered or delivered: workers look when this commits. Without it they look now and then all the same. */
export async function tellWorkers(tx: Pick<Tx, '$executeRaw'>): Promise<void> {
  await tx.$executeRaw`select pg_notify(${channel}, '')`;
}

/** Tells when workers were told; sometimes it misses that, and whoever waits looks by itself. */
export function listenForEvents({ db, log }: Pick<Ctx, 'db' | 'log'>, onEvents: () => void): Listening {
  return listen({ db, log }, channel, onEvents);
}
