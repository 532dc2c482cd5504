import { giveBack, takeBuffer } from '../base/body-buffers.ts';
import { noteArrived } from '../base/collect.ts';
import { ProviderError } from '../kit/index.ts';
import type { IncomingAnswer } from './http-out.ts';

/** Nobody's word makes us ask for more memory than this at once. */
const toldBytesMax = 8 * 1024 * 1024;

/**
 * Reads a whole body within a bound, counted after decompression: a small gzip cannot fill the memory. Where the length is told, the
 * pieces are copied as they come: a page never stands in memory twice. `isLent`: who reads it gives its memory back (base/body-buffers).
 */
export async function readBody(
  { status, headers, body }: IncomingAnswer,
  { bytesMax, isLent = false }: { bytesMax: number; isLent?: boolean },
): Promise<Buffer> {
  const make = isLent ? takeBuffer : Buffer.allocUnsafe;
  const told = toldLength(headers);
  const whole = make(told !== null && told <= Math.min(bytesMax, toldBytesMax) ? told : 0);
  const beyond: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (bytes + chunk.length > bytesMax)
      throw new ProviderError('invalid', `The provider's answer is larger than ${bytesMax} bytes.`, { status });
    if (bytes + chunk.length <= whole.length) chunk.copy(whole, bytes);
    else beyond.push(chunk);
    bytes += chunk.length;
  }
  noteArrived(bytes);
  if (beyond.length === 0) return whole.subarray(0, bytes);
  const all = make(bytes);
  let at = whole.copy(all, 0, 0, bytes - sum(beyond));
  for (const chunk of beyond) at += chunk.copy(all, at);
  giveBack(whole);
  return all.subarray(0, bytes);
}

/** null: not told, or of the compressed body. */
function toldLength(headers: Record<string, string>): number | null {
  const length = Number(headers['content-length']);
  return headers['content-encoding'] === undefined && Number.isSafeInteger(length) && length > 0 ? length : null;
}

function sum(chunks: Buffer[]): number {
  return chunks.reduce((total, { length }) => total + length, 0);
}

/** JSON with numbers that JavaScript would round kept as their text: account ids are compared as written. */
export function parseExact(text: string): unknown {
  return JSON.parse(text, (_key, value, context?: { source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && context?.source !== undefined ? context.source : value,
  );
}

/** For messages and `classifyError`: parsed JSON, or the text as it came. */
export function parseLoosely(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
