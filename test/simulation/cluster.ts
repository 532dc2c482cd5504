import { setTimeout as sleep } from 'node:timers/promises';
import { startProcesses, type TestProcess } from '../support/syncline.ts';

/** The product as processes that can be killed, shared by all seeds that play at the same time: a kill hits all of them. */
export type Cluster = Awaited<ReturnType<typeof startCluster>>;

const workerCount = 2;
const leaseSeconds = 5;
/** Longer than a lease: what the worker had in hand has passed to another one when it wakes up. */
const freezeMs = leaseSeconds * 1000 + 1500;
const holderWaitMsMax = 2000;
const holderPollMs = 10;

/** Small slices and transactions: many places to die at. */
const limits = {
  ...{ leaseSeconds, tickSeconds: 0.3, sliceSecondsMax: 1, slicePagesMax: 6, transactionRowsMax: 100 },
  ...{ requestRetriesMax: 4, requestTimeoutSeconds: 10 },
};

export async function startCluster({ databaseUrl }: { databaseUrl?: string | undefined } = {}) {
  const syncline = await startProcesses({ workers: workerCount, limits, ...(databaseUrl ? { databaseUrl } : {}) });
  let workers = [...syncline.workers];
  /** Called after each kill, while another worker may have gone on already. */
  const witnesses = new Set<() => Promise<void>>();
  const counts = { kills: 0, freezes: 0 };
  /** Kills that were asked for and have not happened. */
  const asked = new Set<{ syncId: string; isHit: boolean }>();
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time, and never the last worker that stands. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = last.then(work);
    last = turn.catch(() => undefined); // its own caller learns of it; the next one's turn comes all the same
    return turn;
  }

  /** null: nobody took it, or it was over too fast. Then nobody dies. */
  async function holderOf(syncId: string): Promise<TestProcess | null> {
    for (const begun = performance.now(); performance.now() - begun < holderWaitMsMax; await sleep(holderPollMs)) {
      const { rows } = await syncline.pool.query<{ lease_owner: string | null }>('select lease_owner from sync where id = $1', [syncId]);
      const pid = Number(rows[0]?.lease_owner?.split(':').at(-2));
      const holder = workers.find((worker) => worker.pid === pid);
      if (holder) return holder;
    }
    return null;
  }

  /** Kills the worker, looks at what it left, and puts another one into its place. */
  async function replace(worker: TestProcess): Promise<void> {
    const { rows } = await syncline.pool.query<{ id: string }>("select id from sync where split_part(lease_owner, ':', -2) = $1", [
      String(worker.pid),
    ]);
    await worker.kill();
    counts.kills++;
    workers = workers.filter((other) => other !== worker);
    // Others who wait for their worker's death have had it, when it was the same one.
    for (const one of asked) if (rows.some(({ id }) => id === one.syncId)) one.isHit = true;
    const [replacement] = await Promise.all([syncline.startWorkerProcess(), ...[...witnesses].map((look) => look())]);
    workers.push(replacement);
  }

  return {
    syncline,
    counts,
    witnesses,
    async kill(syncId: string, afterMs: number) {
      const own = { syncId, isHit: false };
      asked.add(own);
      try {
        await inTurn(async () => {
          if (own.isHit) return;
          const holder = await holderOf(syncId);
          if (!holder) return;
          await sleep(afterMs);
          await replace(holder);
        });
      } finally {
        asked.delete(own);
      }
    },
    freeze: (syncId: string, afterMs: number) =>
      inTurn(async () => {
        const holder = await holderOf(syncId);
        if (!holder) return;
        await sleep(afterMs);
        process.kill(holder.pid, 'SIGSTOP');
        counts.freezes++;
        try {
          await sleep(freezeMs);
        } finally {
          process.kill(holder.pid, 'SIGCONT');
        }
      }),
    async close() {
      await last;
      await syncline.close();
    },
  };
}
