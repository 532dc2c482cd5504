/** Bounds of the retries. Waits grow from the first to the longest, with jitter so that clients do not come back together. */
export interface RetryOptions {
  /** Requests in all. */
  attemptsMax: number;
  firstWaitSeconds: number;
  /** A server that asks for a longer wait than this is not waited for. */
  waitSecondsMax: number;
}

export const defaultRetry: RetryOptions = { attemptsMax: 4, firstWaitSeconds: 0.25, waitSecondsMax: 20 };

/**
 * A `fetch` that tries again after cut connections, 429, 5xx, and answers that are still being made. Everything that this
 * SDK sends may be repeated: reads, writes that set, and POSTs with an idempotency key.
 */
export function retryingFetch(send: typeof fetch, options: RetryOptions): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    for (let attempt = 1; ; attempt++) {
      const { response, error } = await attemptOnce(send, request);
      if (response && !isPassing(response)) return response;
      const waitSeconds = waitOf(response, attempt, options);
      if (waitSeconds === null || attempt >= options.attemptsMax || !isRepeatable(request) || request.signal.aborted) {
        if (response) return response;
        throw error;
      }
      await response?.body?.cancel();
      await pause(waitSeconds, request.signal);
    }
  };
}

/** Not told apart by `instanceof Response`: servers such as @hono/node-server put a class of their own in its place. */
type Outcome = { response: Response; error?: undefined } | { response?: undefined; error: unknown };

async function attemptOnce(send: typeof fetch, request: Request): Promise<Outcome> {
  try {
    return { response: await send(request.clone()) };
  } catch (error) {
    return { error };
  }
}

function isRepeatable(request: Request): boolean {
  return request.method !== 'POST' || request.headers.has('idempotency-key');
}

/** 409 with Retry-After: the first request with this idempotency key is still being answered. */
function isPassing({ status, headers }: Response): boolean {
  return status === 429 || status >= 500 || (status === 409 && headers.has('retry-after'));
}

/** null: the server asks for a longer wait than we are ready for. */
function waitOf(response: Response | undefined, attempt: number, options: RetryOptions): number | null {
  const asked = retryAfterSeconds(response?.headers.get('retry-after') ?? null);
  if (asked !== null) return asked <= options.waitSecondsMax ? asked : null;
  const grown = Math.min(options.firstWaitSeconds * 2 ** (attempt - 1), options.waitSecondsMax);
  return grown * (0.5 + Math.random() / 2);
}

/** Seconds, or a date (RFC 9110). */
function retryAfterSeconds(header: string | null): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, (at - Date.now()) / 1000);
}

/** Ends early, with the signal's reason, when the caller gives up. */
export function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, seconds * 1000);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
