import { createHash } from 'node:crypto';

/** Share of the interval by which connections are spread, so that what was connected together does not run together for ever. */
const jitterShare = 0.1;
const backoffSecondsMin = 30;
const backoffSecondsMax = 3600;

/** When the next run is due: one interval after the last one began, never in the past, a little earlier by connection. */
export function nextRunAt(input: { startedAt: Date; now: Date; intervalSeconds: number; connectionId: string }): Date {
  const seconds = input.intervalSeconds * (1 - jitterShare * spread(input.connectionId));
  return new Date(Math.max(input.startedAt.getTime() + seconds * 1000, input.now.getTime()));
}

/** After failed runs in a row: sooner than the schedule at first, then growing beyond it, bounded. */
export function retryRunAt(input: { now: Date; consecutiveFailures: number; intervalSeconds: number }): Date {
  const seconds = backoffSecondsMin * 2 ** Math.min(input.consecutiveFailures - 1, 20);
  return new Date(input.now.getTime() + Math.min(seconds, Math.max(backoffSecondsMax, input.intervalSeconds)) * 1000);
}

/** 0 … 1, the same for a connection always. */
function spread(connectionId: string): number {
  return createHash('sha256').update(connectionId).digest().readUInt32BE(0) / 2 ** 32;
}
