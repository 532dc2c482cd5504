import type { Account } from './world.ts';

/** Retry-After comes in two forms, or not at all: RFC 9110, section 10.2.3. */
export function retryAfter(
  fault: { retryAfterSeconds?: number; as?: 'seconds' | 'date' | 'none' },
  account: Account,
): Record<string, string> {
  const seconds = fault.retryAfterSeconds ?? 1;
  if (fault.as === 'none') return {};
  return { 'retry-after': fault.as === 'date' ? new Date(account.now() + seconds * 1000).toUTCString() : String(seconds) };
}
