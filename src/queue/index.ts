import { z } from 'zod';
import type { Tx } from '../db/index.ts';

/** Payload = ids; the task loads the rest. Waiting is our own column, so jobs are always immediate. */
export const payloads = {
  'run-sync': z.strictObject({ syncId: z.string() }),
  'apply-hooks': z.strictObject({ syncId: z.string() }),
  'purge-connection': z.strictObject({ connectionId: z.string() }),
  'settle-held-deletes': z.strictObject({ runId: z.string() }),
  'mirror-run': z.strictObject({ runId: z.string() }),
  'apply-field': z.strictObject({ fieldId: z.string() }),
} as const;
export type TaskName = keyof typeof payloads;
export type Payload<T extends TaskName> = z.infer<(typeof payloads)[T]>;

/** Attempts of one job before graphile-worker gives it up; the tick finds the work again from our own tables. */
const attemptsMax = 3;

/** Adds a job inside the caller's transaction: a rollback takes it back. */
export async function enqueue<T extends TaskName>(tx: Tx, task: T, payload: Payload<T>): Promise<void> {
  await enqueueAll(tx, task, [payload]);
}

/**
 * Adds many jobs with one statement. At most one job per payload waits in the queue, and one that is already waiting keeps its
 * place: adding is idempotent. The key says nothing about what is running (graphile-worker runs a second job of a key whose
 * first is locked): exclusivity comes from leases. Adding also disarms the job that a dead worker holds locked.
 */
export async function enqueueAll<T extends TaskName>(tx: Tx, task: T, items: Payload<T>[]): Promise<void> {
  if (items.length === 0) return;
  const specs = JSON.stringify(items.map((payload) => ({ payload, key: `${task}:${Object.values(payload).join(':')}` })));
  // Sorted, so that two callers with the same keys do not wait for each other in a circle.
  await tx.$executeRaw`
    select graphile_worker.add_jobs(
      array(
        select (${task}::text, s.payload, null, null, ${attemptsMax}::int, s.key, null, null)::graphile_worker.job_spec
        from jsonb_to_recordset(${specs}::jsonb) as s(payload json, key text)
        order by s.key
      ),
      job_key_preserve_run_at => true
    )`;
}
