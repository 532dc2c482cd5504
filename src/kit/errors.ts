import type { ProviderMeaning, ProviderRefusal, RefusedAnswer } from './types.ts';

/** The provider refused, or could not be reached. Never holds credentials. */
export class ProviderError extends Error {
  readonly meaning: ProviderMeaning;
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  readonly retryAfterSeconds: number | undefined;

  constructor(meaning: ProviderMeaning, message: string, options: { status?: number; retryAfterSeconds?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ProviderError';
    this.meaning = meaning;
    this.status = options.status ?? null;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The longest refusal text that is kept, in characters. */
const messageCharsMax = 500;

/** The default reading of a refusal, by status alone. Providers override it with `classifyError`. */
export function classifyByStatus(answer: RefusedAnswer): ProviderRefusal {
  return { meaning: meaningOf(answer.status), message: messageOf(answer) };
}

function meaningOf(status: number): ProviderMeaning {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not_found';
  if (status === 410) return 'page_expired';
  if (status === 408 || status === 425 || status >= 500) return 'unavailable';
  if (status === 429) return 'rate_limited';
  return 'invalid';
}

function messageOf({ status, body }: RefusedAnswer): string {
  const text = typeof body === 'string' ? body : (findMessage(body) ?? JSON.stringify(body ?? null));
  return `HTTP ${status}: ${text}`.slice(0, messageCharsMax);
}

function findMessage(body: unknown): string | undefined {
  const first = Array.isArray(body) ? body[0] : body;
  if (typeof first !== 'object' || first === null) return undefined;
  for (const key of ['message', 'error_description', 'error', 'detail']) {
    const value = (first as Record<string, unknown>)[key];
    if (typeof value === 'string') return value;
  }
  return undefined;
}
