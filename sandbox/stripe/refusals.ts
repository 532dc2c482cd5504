import type { Dialect } from '../dialect.ts';
import type { Answer } from '../http.ts';
import { retryAfter } from '../retry-after.ts';
import type { Account } from '../world.ts';
import { keyExpired, missing, permissionMissing, stripeError } from './errors.ts';

/** Faults in Stripe's words. */
export function refuse(fault: Parameters<Dialect['refuse']>[0], account: Account): Answer {
  switch (fault.kind) {
    case 'rate_limited': {
      // https://docs.stripe.com/rate-limits: a header says which limit, none says how long.
      const isSilent = fault.limit !== undefined || (fault.retryAfterSeconds === undefined && fault.as === undefined);
      const waits = isSilent ? {} : retryAfter(fault, account);
      return stripeError(
        429,
        'Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits.',
        { code: 'rate_limit' },
        { 'stripe-rate-limited-reason': 'global-rate', ...waits },
      );
    }
    case 'unauthorized':
      return keyExpired();
    case 'forbidden':
      return permissionMissing(`rk_test_${account.name}`, 'rak_customer_read');
    case 'server_error':
      return stripeError(fault.status ?? 500, 'An unknown error occurred', {});
    case 'page_expired':
      return missing(400, 'event', 'evt_000000000000000000000000', 'ending_before');
  }
}
