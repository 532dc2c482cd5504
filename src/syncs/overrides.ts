import type { SyncRateLimit } from '../connect/rate-limits.ts';
import type { ConfigObject } from './config-input.ts';
import { type Schedule, type StoredSchedule, toSchedule } from './schedule-input.ts';

/**
 * What one connection has of its own, as it stands in `sync.overrides`; what is missing follows the sync config. A schedule and its
 * interval are said together: `schedule` null is every interval.
 */
export interface StoredOverrides {
  schedule?: StoredSchedule | null;
  interval_seconds?: number;
  full_refresh_every?: number;
  key_pass_interval_seconds?: number;
  rate_limits?: SyncRateLimit[];
}

/** The same as it is told; null: as the sync config says. */
export interface Overrides {
  schedule: Schedule | null;
  fullRefreshEvery: number | null;
  keyPassIntervalSeconds: number | null;
  rateLimits: SyncRateLimit[] | null;
}

export function toOverrides(stored: StoredOverrides | null): Overrides {
  const { schedule, interval_seconds: intervalSeconds, full_refresh_every, key_pass_interval_seconds, rate_limits } = stored ?? {};
  return {
    schedule: intervalSeconds === undefined ? null : toSchedule(schedule ?? null, intervalSeconds),
    fullRefreshEvery: full_refresh_every ?? null,
    keyPassIntervalSeconds: key_pass_interval_seconds ?? null,
    rateLimits: rate_limits ?? null,
  };
}

/** The order of one connection: the config's, with what the connection has of its own. The statements of `reconcile` say the same. */
export function withOverrides(order: ConfigObject, own: StoredOverrides): ConfigObject {
  const readsChanges = order.strategy !== 'full_only';
  return {
    ...order,
    ...(own.interval_seconds === undefined ? {} : { schedule: own.schedule ?? null, interval_seconds: own.interval_seconds }),
    full_refresh_every: readsChanges ? (own.full_refresh_every ?? order.full_refresh_every) : null,
    key_pass_interval_seconds: readsChanges ? (own.key_pass_interval_seconds ?? order.key_pass_interval_seconds) : null,
    rate_limits: own.rate_limits ?? order.rate_limits,
  };
}
