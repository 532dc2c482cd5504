import { setTimeout as sleep } from 'node:timers/promises';
import { startProcesses, type TestProcess } from '../support/syncline.ts';

/** The product as processes that can be killed, shared by all seeds that play at the same time: a kill hits all of them. */
export type Cluster = Awaited<ReturnType<typeof startCluster>>;

/** One dies, another one goes on at once, and a third may be frozen or on its way up. */
const workerCount = 3;
const leaseSeconds = 5;
/** Longer than a lease: what the worker had in hand has passed to another one when it wakes up. */
const freezeMs = leaseSeconds * 1000 + 1500;
/** A run that lost its worker to another seed's kill is taken again behind its lease. */
const holderWaitMsMax = leaseSeconds * 1000 + 2000;
/** A sync without a run that is due later than this has nobody to kill. */
const beginWaitMsMax = 2000;
const holderPollMs = 10;
/** A worker starts within a minute, or its start has failed. */
const standWaitMsMax = 70_000;

/** Small slices and transactions: many places to die at. */
const limits = {
  ...{ leaseSeconds, tickSeconds: 0.3, sliceSecondsMax: 1, slicePagesMax: 6, transactionRowsMax: 100 },
  ...{ requestRetriesMax: 4, requestTimeoutSeconds: 10 },
};

export async function startCluster({ databaseUrl }: { databaseUrl?: string | undefined } = {}) {
  const syncline = await startProcesses({ workers: workerCount, limits, ...(databaseUrl ? { databaseUrl } : {}) });
  const workers = new Set(syncline.workers);
  const everStarted = [syncline.api, ...syncline.workers];
  const frozen = new Set<TestProcess>();
  /** Called after each kill, while another worker may have gone on already. */
  const witnesses = new Set<() => Promise<void>>();
  const counts = { kills: 0, freezes: 0 };

  /**
   * Looked for at once, and by all seeds at the same time: most runs are over within a second. null: nobody took it, or it was over too
   * fast. Then nobody dies.
   */
  async function holderOf(syncId: string): Promise<TestProcess | null> {
    for (const begun = performance.now(); performance.now() - begun < holderWaitMsMax; await sleep(holderPollMs)) {
      const { rows } = await syncline.pool.query<{ lease_owner: string | null; is_over: boolean }>(
        `select lease_owner,
                not exists (select from run where sync_id = sync.id and status in ('queued', 'running'))
                  and (status <> 'active' or next_run_at > syncline_now() + $2::int * interval '1 millisecond') as is_over
         from sync
         where id = $1::text`,
        [syncId, beginWaitMsMax],
      );
      const pid = Number(rows[0]?.lease_owner?.split(':').at(-2));
      const holder = [...workers].find((worker) => worker.pid === pid);
      if (holder) return holder;
      if (rows[0]?.is_over) return null;
    }
    return null;
  }

  /** Never the last worker that stands. false: another seed's kill hit it meanwhile. */
  async function mayHit(worker: TestProcess): Promise<boolean> {
    for (const begun = performance.now(); performance.now() - begun < standWaitMsMax; await sleep(holderPollMs)) {
      if (!workers.has(worker)) return false;
      if ([...workers].some((other) => other !== worker && !frozen.has(other))) return true;
    }
    throw new Error(`no second worker stood within ${standWaitMsMax} ms`);
  }

  /** Kills the worker, looks at what it left, and puts another one into its place. */
  async function replace(worker: TestProcess): Promise<void> {
    workers.delete(worker);
    await worker.kill();
    counts.kills++;
    await Promise.all([start(), ...[...witnesses].map((look) => look())]);
  }

  async function start(): Promise<void> {
    const worker = await syncline.startWorkerProcess();
    workers.add(worker);
    everStarted.push(worker);
  }

  return {
    syncline,
    counts,
    witnesses,
    async kill(syncId: string, afterMs: number) {
      const holder = await holderOf(syncId);
      if (!holder) return;
      await sleep(afterMs);
      if (await mayHit(holder)) await replace(holder);
    },
    async freeze(syncId: string, afterMs: number) {
      const holder = await holderOf(syncId);
      if (!holder) return;
      await sleep(afterMs);
      if (!(await mayHit(holder)) || frozen.has(holder)) return;
      process.kill(holder.pid, 'SIGSTOP');
      frozen.add(holder);
      counts.freezes++;
      await sleep(freezeMs);
      frozen.delete(holder);
      // Killed in its sleep, it does not wake up.
      if (workers.has(holder)) process.kill(holder.pid, 'SIGCONT');
    },
    /** What went wrong in any process, as it was logged. */
    errors: () => everStarted.flatMap((one) => one.output().split('\n')).filter((line) => line.startsWith('{')),
    close: () => syncline.close(),
  };
}
