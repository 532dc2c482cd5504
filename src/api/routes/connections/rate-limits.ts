import { z } from '@hono/zod-openapi';
import { categoryCharsMax, categoryPattern, rateLimitsMax, requestsMax, windowSecondsMax } from '../../../connect/rate-limits.ts';

const category = z.string().openapi({
  description: 'Which requests: `read`, `search`, … as the provider declares them, or `all` of them.',
  example: 'read',
});
const categoryInput = z.string().regex(categoryPattern, 'must be lower_snake_case').max(categoryCharsMax).optional().openapi({
  description: 'Which requests: `read`, `search`, … as the provider declares them; `all`, or left out: every one.',
  example: 'read',
});
const requests = z.int().min(1).max(requestsMax).openapi({ description: 'At most so many.', example: 50 });
const seconds = z.int().min(1).max(windowSecondsMax).openapi({ description: 'In any span of so many seconds.', example: 10 });
const resetsDailyIn = z.string().openapi({ description: 'From one midnight of this time zone to the next.', example: 'Europe/Berlin' });

const RateLimit = z
  .union([z.object({ category, requests, seconds }), z.object({ category, requests, resets_daily_in: resetsDailyIn })])
  .openapi('RateLimit');
const RateLimitInput = z
  .union([
    z.strictObject({ category: categoryInput, requests, seconds }),
    z.strictObject({ category: categoryInput, requests, resets_daily_in: resetsDailyIn }),
  ])
  .openapi('RateLimitInput');

export const RateLimits = z.array(RateLimit).openapi({
  description: "Your own budgets in place of the provider's, for the categories that they name. Empty: the provider's hold.",
});
export const RateLimitsInput = z.array(RateLimitInput).max(rateLimitsMax).openapi({
  description: "A category that is named here has these windows instead of the provider's; what the provider reports can only lower them.",
});

const SyncRateLimit = z.object({ category, requests, seconds }).openapi('SyncRateLimit');
const SyncRateLimitInput = z.strictObject({ category: categoryInput, requests, seconds }).openapi('SyncRateLimitInput');

export const SyncRateLimits = z.array(SyncRateLimit).openapi({ description: "Caps of this sync within the connection's budgets." });
export const SyncRateLimitsInput = z.array(SyncRateLimitInput).max(rateLimitsMax).openapi({
  description: "Caps of each of its syncs within the connection's budgets, so that others find room; null or left out: none.",
});
