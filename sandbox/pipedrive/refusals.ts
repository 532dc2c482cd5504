import type { Dialect } from '../dialect.ts';
import type { Answer } from '../http.ts';
import { retryAfter } from '../retry-after.ts';
import type { Account } from '../world.ts';
import { invalid, notAuthorised, pipedriveError, scopeMissing } from './errors.ts';

/** Faults in Pipedrive's words. */
export function refuse(fault: Parameters<Dialect['refuse']>[0], account: Account): Answer {
  switch (fault.kind) {
    case 'rate_limited':
      return pipedriveError(429, 'request over limit', { code: 'ERR_RATE_LIMIT' }, waitHeaders(fault, account));
    case 'unauthorized':
      return notAuthorised();
    case 'forbidden':
      return scopeMissing();
    case 'server_error':
      return pipedriveError(fault.status ?? 500, 'Internal server error');
    case 'page_expired':
      return invalid("parameter 'cursor' is not a valid cursor").answer;
  }
}

/**
 * Of its own limits Pipedrive says what every answer's headers say, and that the day's budget is used up; no page of its documentation
 * mentions Retry-After.
 */
function waitHeaders(fault: Extract<Parameters<Dialect['refuse']>[0], { kind: 'rate_limited' }>, account: Account): Record<string, string> {
  if (fault.limit === 'daily') return { 'x-daily-ratelimit-token-remaining': '0' };
  return fault.limit === 'window' ? {} : retryAfter(fault, account);
}
