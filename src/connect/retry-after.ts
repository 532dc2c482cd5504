/** No provider's wait is believed beyond a day. */
export const retryAfterSecondsMax = 24 * 60 * 60;

/** RFC 9110 10.2.3: seconds, or a date, which is compared with the provider's own clock. undefined when absent or unreadable. */
export function parseRetryAfter(value: string | undefined, providerNow: Date): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return bounded(Number(text));
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : bounded((date - providerNow.getTime()) / 1000);
}

/** A budget that reports itself empty: seconds until `reset`, which providers write as seconds to go, epoch seconds or epoch milliseconds. */
export function secondsUntilReset(remaining: string | undefined, reset: string | undefined, providerNow: Date): number | undefined {
  if (remaining === undefined || reset === undefined || !/^\d+(\.\d+)?$/.test(reset.trim())) return undefined;
  if (!(Number(remaining) <= 0) || remaining.trim() === '') return undefined;
  const value = Number(reset);
  if (value > 1e11) return bounded((value - providerNow.getTime()) / 1000);
  if (value > 1e9) return bounded(value - providerNow.getTime() / 1000);
  return bounded(value);
}

function bounded(seconds: number): number {
  return Math.min(Math.max(0, Math.ceil(seconds)), retryAfterSecondsMax);
}
