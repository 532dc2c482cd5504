import type { ProviderRefusal, RefusedAnswer } from '#kit';

/** HubSpot's refusals: `{ status: "error", message, category, correlationId, errors? }`. https://developers.hubspot.com/docs/api-reference/error-handling */
export function classifyError({ status, headers, body }: RefusedAnswer): Partial<ProviderRefusal> | undefined {
  const { message = '', category = '', policyName = '' } = textsOf(body);
  if (status === 429) return waitOf(`${policyName} ${message}`, headers);
  // 423: the account is locked for a bulk change; 477: it is moving to another data centre. Both pass.
  if (status === 423 || status === 477) return { meaning: 'unavailable' };
  if (status === 400 && /\b(paging|after)\b.*\b(invalid|expired)|\b(invalid|expired)\b.*\bpaging\b/i.test(message))
    return { meaning: 'page_expired' };
  if (category === 'MISSING_SCOPES') return { meaning: 'forbidden' };
  return undefined;
}

/**
 * The recorded 429s say no Retry-After, only which limit was reached: "You have reached your secondly limit." The daily one
 * starts again at midnight of the account's time zone, which the answer does not tell; asking now and then costs little.
 */
function waitOf(limit: string, headers: Record<string, string>): Partial<ProviderRefusal> {
  if (headers['retry-after'] !== undefined) return {};
  if (/daily/i.test(limit)) return { retryAfterSeconds: dailyRetrySeconds };
  if (/ten_secondly/i.test(limit)) return { retryAfterSeconds: 10 };
  return { retryAfterSeconds: 1 };
}

const dailyRetrySeconds = 900;

function textsOf(body: unknown): Record<string, string> {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(Object.entries(body).filter(([, value]) => typeof value === 'string'));
}
