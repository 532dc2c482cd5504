import type { Dialect } from '../dialect.ts';
import type { Answer } from '../http.ts';
import { retryAfter } from '../retry-after.ts';
import type { Account } from '../world.ts';
import { invalidSession, salesforceError } from './errors.ts';

/** Faults in Salesforce's words. */
export function refuse(fault: Parameters<Dialect['refuse']>[0], account: Account): Answer {
  switch (fault.kind) {
    case 'rate_limited': {
      // Salesforce does not say how long; only a fault that is told to does.
      const headers = fault.limit !== undefined || fault.retryAfterSeconds === undefined ? {} : retryAfter(fault, account);
      return salesforceError(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', headers);
    }
    case 'unauthorized':
      return invalidSession();
    case 'forbidden':
      return salesforceError(403, 'INSUFFICIENT_ACCESS', 'insufficient access rights on object id');
    case 'server_error':
      return salesforceError(
        fault.status ?? 500,
        fault.status === 503 ? 'SERVER_UNAVAILABLE' : 'UNKNOWN_EXCEPTION',
        'An unexpected error occurred.',
      );
    case 'page_expired':
      return salesforceError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
  }
}
