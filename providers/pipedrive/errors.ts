import type { ProviderRefusal, RefusedAnswer } from '#kit';

/**
 * Pipedrive's refusals: `{ success: false, error, error_info, code? }`.
 * https://pipedrive.readme.io/docs/core-api-concepts-http-status-codes
 */
export function classifyError({ status, headers, body }: RefusedAnswer): Partial<ProviderRefusal> | undefined {
  if (status === 429) return { retryAfterSeconds: waitSeconds(headers) };
  // Whoever goes on after a 429 meets Cloudflare instead: a 403 that is a page and not JSON.
  if (status === 403 && typeof body === 'string') return { meaning: 'rate_limited', retryAfterSeconds: blockedRetrySeconds };
  // 402: the company's account is not open; 415: its plan lacks the feature.
  if (status === 402 || status === 415) return { meaning: 'forbidden' };
  if (status === 410) return { meaning: 'not_found' };
  if (status === 400 && /\bcursor\b/i.test(errorOf(body))) return { meaning: 'page_expired' };
  return undefined;
}

/**
 * The burst window reports when it ends. A used-up daily budget comes back at midnight of the company's server, which no header
 * tells; asking now and then costs nothing.
 */
function waitSeconds(headers: Record<string, string>): number {
  if (headers['x-daily-ratelimit-token-remaining'] === '0') return dailyRetrySeconds;
  const reset = Number(headers['x-ratelimit-reset']);
  return reset > 0 ? reset : burstWindowSeconds;
}

const burstWindowSeconds = 2;
const dailyRetrySeconds = 900;
const blockedRetrySeconds = 300;

function errorOf(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('error' in body)) return '';
  return typeof body.error === 'string' ? body.error : '';
}
