import { ProviderError } from '../kit/index.ts';

/** Reads a whole body within a bound, counted after decompression: a small gzip cannot fill the memory. */
export async function readBody(response: Response, bytesMax: number): Promise<Buffer> {
  if (!response.body) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax)
      throw new ProviderError('invalid', `The provider's answer is larger than ${bytesMax} bytes.`, { status: response.status });
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
