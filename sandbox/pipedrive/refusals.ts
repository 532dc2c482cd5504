import type { Dialect } from '../dialect.ts';
import type { Answer } from '../http.ts';
import { retryAfter } from '../retry-after.ts';
import type { Account } from '../world.ts';
import { invalid, notAuthorised, pipedriveError, scopeMissing } from './errors.ts';

/** Faults in Pipedrive's words. */
export function refuse(fault: Parameters<Dialect['refuse']>[0], account: Account): Answer {
  switch (fault.kind) {
    case 'rate_limited':
      return pipedriveError(429, 'request over limit', { code: 'ERR_RATE_LIMIT' }, retryAfter(fault, account));
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
