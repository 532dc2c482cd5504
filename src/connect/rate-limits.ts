import { z } from 'zod';
import { isTimeZone } from '../base/time-zone.ts';

/** Budgets that a vendor sets, as they stand in `connection.rate_limits`, `sync.rate_limits` and sync configs, and on the wire. */
export const requestsMax = 10_000_000;
/** A month. */
export const windowSecondsMax = 2_678_400;
export const rateLimitsMax = 20;
export const categoryCharsMax = 60;

export const categoryPattern = /^[a-z][a-z0-9_]*$/;
const category = z.string().regex(categoryPattern, 'must be lower_snake_case: read, search, …, or all').max(categoryCharsMax);
const requests = z.int().min(1).max(requestsMax);
const seconds = z.int().min(1).max(windowSecondsMax);
const zone = z.string().refine(isTimeZone, 'must be the name of a time zone: UTC, Europe/Berlin, …');

const PerSeconds = z.strictObject({ category: category.default('all'), requests, seconds });
const PerDay = z.strictObject({ category: category.default('all'), requests, resets_daily_in: zone });

export const RateLimits = z
  .array(z.union([PerSeconds, PerDay]))
  .max(rateLimitsMax)
  .refine(isDistinct, 'names a window twice');
export const SyncRateLimits = z.array(PerSeconds).max(rateLimitsMax).refine(isDistinct, 'names a window twice');

export type RateLimit = z.output<typeof RateLimits>[number];
export type SyncRateLimit = z.output<typeof SyncRateLimits>[number];

/** A category has one window of a length, and one of a day. */
function isDistinct(limits: { category: string; seconds?: number }[]): boolean {
  return new Set(limits.map((limit) => `${limit.category} ${limit.seconds ?? 'day'}`)).size === limits.length;
}
