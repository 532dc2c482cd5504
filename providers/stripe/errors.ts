import type { ProviderRefusal, RefusedAnswer } from '#kit';

/** Stripe's refusals: `{ error: { type, code?, message, param? } }`. https://docs.stripe.com/api/errors */
export function classifyError({ status, headers, body }: RefusedAnswer): Partial<ProviderRefusal> | undefined {
  const { code = '', message = '', param = '' } = errorOf(body);
  const said = message === '' ? {} : { message: `HTTP ${status}: ${message}`.slice(0, messageCharsMax) };
  // A place in a list is the id of a record or an event: when that is gone (events after 30 days), so is the place.
  if (code === 'resource_missing' && (param === 'starting_after' || param === 'ending_before')) return { ...said, meaning: 'page_expired' };
  // 409: another request holds the object; 424: something that Stripe depends on failed.
  if (status === 409 || status === 424) return { ...said, meaning: 'unavailable' };
  // No header says how long; the limit counts by the second.
  if (status === 429 && headers['retry-after'] === undefined) return { ...said, retryAfterSeconds: limitRetrySeconds };
  return said;
}

const limitRetrySeconds = 1;
const messageCharsMax = 500;

function errorOf(body: unknown): Record<string, string> {
  if (typeof body !== 'object' || body === null || !('error' in body)) return {};
  const { error } = body;
  if (typeof error !== 'object' || error === null) return {};
  return Object.fromEntries(Object.entries(error).filter(([, value]) => typeof value === 'string'));
}
