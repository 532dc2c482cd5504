import { createHash } from 'node:crypto';
import { nextCronTime } from './cron.ts';
import type { StoredSchedule } from './schedule-input.ts';

/** Share of the interval by which connections are spread, so that what was connected together does not run together for ever. */
const jitterShare = 0.1;
const backoffSecondsMin = 30;
const backoffSecondsMax = 3600;

export interface NextRunInput {
  /** null: every interval. */
  schedule: StoredSchedule | null;
  startedAt: Date;
  now: Date;
  intervalSeconds: number;
  connectionId: string;
}

/**
 * When the next run is due: one interval after the last one began, never in the past, a little earlier by connection; or the next
 * moment of the cron expression, whatever passed meanwhile. null: when somebody asks, or the followed sync has run.
 */
export function nextRunAt({ schedule, startedAt, now, intervalSeconds, connectionId }: NextRunInput): Date | null {
  const kind = schedule?.kind ?? 'interval';
  switch (kind) {
    case 'interval': {
      const seconds = intervalSeconds * (1 - jitterShare * spread(connectionId));
      return new Date(Math.max(startedAt.getTime() + seconds * 1000, now.getTime()));
    }
    case 'cron': {
      const { expression, time_zone: timeZone } = schedule as Extract<StoredSchedule, { kind: 'cron' }>;
      // A clock that was set back during the run does not bring its moment back.
      return nextCronTime({ expression, timeZone }, new Date(Math.max(startedAt.getTime(), now.getTime())));
    }
    case 'after':
    case 'manual':
      return null;
    default:
      throw new Error(`unknown schedule ${String(kind satisfies never)}`);
  }
}

/** After failed runs in a row: sooner than the schedule at first, then growing beyond it, bounded. */
export function retryRunAt(input: {
  now: Date;
  consecutiveFailures: number;
  intervalSeconds: number;
  /** Where waiting longer spares nobody. */
  secondsMax?: number | undefined;
}): Date {
  const seconds = backoffSecondsMin * 2 ** Math.min(input.consecutiveFailures - 1, 20);
  return new Date(input.now.getTime() + Math.min(seconds, input.secondsMax ?? Math.max(backoffSecondsMax, input.intervalSeconds)) * 1000);
}

/** 0 … 1, the same for a connection always. */
function spread(connectionId: string): number {
  return createHash('sha256').update(connectionId).digest().readUInt32BE(0) / 2 ** 32;
}
