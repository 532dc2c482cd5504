import { parseRetryAfter } from '../connect/retry-after.ts';
import type { DeliveryCtx } from './context.ts';
import type { Message } from './payload.ts';
import { signedHeaders } from './signature.ts';

export interface Attempt {
  /** null: no answer came. */
  status: number | null;
  retryAfterSeconds: number | undefined;
  /** Why no answer came, in words that tell nothing of a network. */
  error: string | null;
  durationMs: number;
}

/** What a receiver says beyond its status is nobody's business; this much is read so that the connection can be used again. */
const answerBytesMax = 4 * 1024;

/** One attempt, within the limit from the connection to the end of the answer. `stopped`: given up because the worker ends. */
export async function sendMessage(
  { egress, limits, clock }: Pick<DeliveryCtx, 'egress' | 'limits' | 'clock'>,
  { url, secrets, message, stopping }: { url: string; secrets: readonly string[]; message: Message; stopping: AbortSignal },
): Promise<Attempt | 'stopped'> {
  const begun = performance.now();
  const attempt = (rest: Omit<Attempt, 'durationMs'>): Attempt => ({ ...rest, durationMs: Math.round(performance.now() - begun) });
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, limits.webhookTimeoutSeconds * 1000);
  stopping.addEventListener('abort', abort, { once: true });
  try {
    const answer = await egress.send(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'syncline',
        ...signedHeaders(secrets, { id: message.id, timestamp: Math.floor(clock.now().getTime() / 1000), body: message.body }),
      },
      body: message.body,
      signal: controller.signal,
    });
    await readSome(answer.body);
    const retryAfterSeconds = parseRetryAfter(answer.headers['retry-after'], clock.now());
    return attempt({ status: answer.status, retryAfterSeconds, error: null });
  } catch {
    if (stopping.aborted) return 'stopped';
    // Whether an address is refused here, closed or unknown is the same sentence: it must not serve to look around in a network.
    const error = controller.signal.aborted
      ? `No whole answer came within ${limits.webhookTimeoutSeconds} seconds.`
      : 'The endpoint could not be reached, or the connection was cut.';
    return attempt({ status: null, retryAfterSeconds: undefined, error });
  } finally {
    clearTimeout(timer);
    stopping.removeEventListener('abort', abort);
  }
}

async function readSome(body: AsyncIterable<Uint8Array>): Promise<void> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    // Leaving the loop ends the stream, and the connection with it.
    if (bytes > answerBytesMax) break;
  }
}
