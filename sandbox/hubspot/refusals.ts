import type { Dialect } from '../dialect.ts';
import type { Answer } from '../http.ts';
import { retryAfter } from '../retry-after.ts';
import type { Account } from '../world.ts';
import { expiredToken, hubspotError, missingScope } from './errors.ts';

/** HubSpot says what is wrong in its own words beside OAuth's. */
export function tokenProblem({ error, error_description }: { error: string; error_description?: string }, grantType: string) {
  const [status, message] =
    error === 'invalid_client'
      ? ['BAD_CLIENT_SECRET', 'missing or invalid client secret']
      : error === 'invalid_grant' && grantType === 'refresh_token'
        ? ['BAD_REFRESH_TOKEN', 'missing or invalid refresh token']
        : error === 'invalid_grant'
          ? ['BAD_AUTH_CODE', 'missing or unknown auth code']
          : ['BAD_REQUEST', error_description ?? error];
  return { status, message, error, error_description: message };
}

/** Faults in HubSpot's words. */
export function refuse(fault: Parameters<Dialect['refuse']>[0], account: Account): Answer {
  switch (fault.kind) {
    case 'rate_limited': {
      // HubSpot's recorded 429s carry no Retry-After.
      const isSilent = fault.limit !== undefined || (fault.retryAfterSeconds === undefined && fault.as === undefined);
      const headers = isSilent ? {} : retryAfter(fault, account);
      // https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
      if (fault.limit === 'daily')
        return hubspotError(429, 'You have reached your daily limit.', { errorType: 'RATE_LIMIT', policyName: 'DAILY' }, headers);
      return hubspotError(429, 'You have reached your secondly limit.', { category: 'RATE_LIMITS' }, headers);
    }
    case 'unauthorized':
      return expiredToken();
    case 'forbidden':
      return missingScope('crm.objects.contacts.read');
    case 'server_error':
      return hubspotError(fault.status ?? 500, 'internal error');
    case 'page_expired':
      return hubspotError(400, 'The paging cursor is invalid or has expired.', { category: 'VALIDATION_ERROR' });
  }
}
