import type { ProviderMeaning, ProviderRefusal, RefusedAnswer } from '#kit';

/** Salesforce refuses with a list: `[{ message, errorCode }]`. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
export function classifyError({ headers, body }: RefusedAnswer): Partial<ProviderRefusal> | undefined {
  const code = codeOf(body);
  const meaning = code === undefined ? undefined : meanings[code];
  if (meaning === undefined) return undefined;
  if (meaning === 'rate_limited' && headers['retry-after'] === undefined) return { meaning, retryAfterSeconds: limitRetrySeconds };
  return { meaning };
}

/** The quota is counted over the last 24 hours, so it comes back little by little; the answer does not say when. */
const limitRetrySeconds = 300;

const meanings: Record<string, ProviderMeaning> = {
  INVALID_SESSION_ID: 'unauthorized',
  INVALID_AUTH_HEADER: 'unauthorized',
  REQUEST_LIMIT_EXCEEDED: 'rate_limited',
  CONCURRENT_REQUESTS_LIMIT_EXCEEDED: 'rate_limited',
  // 2 days after it was opened, or when ten younger ones pushed it out.
  INVALID_QUERY_LOCATOR: 'page_expired',
  INVALID_REPLICATION_DATE: 'page_expired',
  MALFORMED_QUERY: 'invalid',
  INVALID_FIELD: 'invalid',
  INVALID_TYPE: 'invalid',
  OPERATION_TOO_LARGE: 'invalid',
  NOT_FOUND: 'not_found',
  ENTITY_IS_DELETED: 'not_found',
  INSUFFICIENT_ACCESS: 'forbidden',
  INSUFFICIENT_ACCESS_OR_READONLY: 'forbidden',
  API_DISABLED_FOR_ORG: 'forbidden',
  API_CURRENTLY_DISABLED: 'forbidden',
  FUNCTIONALITY_NOT_ENABLED: 'forbidden',
  SERVER_UNAVAILABLE: 'unavailable',
  QUERY_TIMEOUT: 'unavailable',
  UNABLE_TO_LOCK_ROW: 'unavailable',
  UNKNOWN_EXCEPTION: 'unavailable',
};

function codeOf(body: unknown): string | undefined {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  if (typeof first !== 'object' || first === null || !('errorCode' in first)) return undefined;
  return typeof first.errorCode === 'string' && Object.hasOwn(meanings, first.errorCode) ? first.errorCode : undefined;
}
