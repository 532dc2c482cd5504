import type { Account } from './world.ts';

/** How long an account has to wait, and for which of its limits. */
export interface OverLimit {
  kind: 'window' | 'daily';
  seconds: number;
}

const defaultWindowSeconds = 10;
const dayMs = 86_400_000;

/** Counts a request in every limit that it falls under; null when it is within all of them. */
export function countRequest(account: Account, category: string): OverLimit | null {
  const { rateLimit, categoryLimits, dailyLimit } = account.settings;
  const now = Date.now();
  const own = categoryLimits[category];
  // A category with a limit of its own does not count against the common one, as with HubSpot's search.
  const window = own ? account.categoryWindow(category) : account.window;
  const limit = own ?? rateLimit;
  const lengthMs = (limit?.windowSeconds ?? defaultWindowSeconds) * 1000;
  if (now - window.startedAt >= lengthMs) Object.assign(window, { startedAt: now, used: 0 });
  window.used++;
  if (limit && window.used > limit.requests) return { kind: 'window', seconds: secondsUntil(window.startedAt + lengthMs, now) };

  // The day is the provider's: it changes at midnight UTC by the account's own clock.
  const day = Math.floor(account.now() / dayMs);
  if (account.day.number !== day) Object.assign(account.day, { number: day, used: 0 });
  if (dailyLimit !== null && account.day.used >= dailyLimit)
    return { kind: 'daily', seconds: secondsUntil((day + 1) * dayMs, account.now()) };
  account.day.used++;
  return null;
}

function secondsUntil(end: number, now: number): number {
  return Math.max(1, Math.ceil((end - now) / 1000));
}
