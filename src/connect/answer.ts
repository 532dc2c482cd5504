import { ProviderError } from '../kit/index.ts';
import type { IncomingAnswer } from './http-out.ts';

/** Reads a whole body within a bound, counted after decompression: a small gzip cannot fill the memory. */
export async function readBody({ status, body }: Pick<IncomingAnswer, 'status' | 'body'>, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new ProviderError('invalid', `The provider's answer is larger than ${bytesMax} bytes.`, { status });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
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
