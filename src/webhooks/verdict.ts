/** What an attempt says about its delivery. `gone`: the receiver wants nothing any more. */
export type Verdict = 'succeeded' | 'retry' | 'dead' | 'gone';

/** Client errors that pass by themselves: a time-out, a conflict with another request, too early, too many. */
const passing = new Set([408, 409, 425, 429]);

/** `status` is null where no answer came. A redirect is no receipt: it is not followed, for it may lead anywhere. */
export function verdictOf(status: number | null): Verdict {
  if (status === null || status >= 500 || passing.has(status)) return 'retry';
  if (status === 410) return 'gone';
  return status >= 200 && status < 300 ? 'succeeded' : 'dead';
}
