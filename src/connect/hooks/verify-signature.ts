import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HookSignature } from '../../kit/index.ts';

/** A request as it came, and the address to which the provider believes to send it. */
export interface SignedRequest {
  method: string;
  uri: string;
  /** Lower case names. */
  headers: Record<string, string>;
  body: Buffer;
}

/** Why a request is not believed; null: it is the provider's, and it is young. */
export function refuseSignature(scheme: HookSignature, secret: string, request: SignedRequest, now: Date): string | null {
  const header = request.headers[scheme.header];
  if (header === undefined) return `the header ${scheme.header} is missing`;
  const { signatures, timestamp } = readHeaders(scheme, header, request.headers);
  if (timestamp === undefined || !/^\d{1,16}$/.test(timestamp)) return 'it says no time';
  const sentMs = Number(timestamp) * (scheme.timestamp.unit === 'seconds' ? 1000 : 1);
  if (Math.abs(now.getTime() - sentMs) > scheme.timestamp.toleranceSeconds * 1000) return 'it is too old, or of the future';
  const expected = sign(scheme, secret, request, timestamp);
  const matches = signatures.slice(0, signaturesMax).filter((one) => isSame(one, expected));
  return matches.length > 0 ? null : 'the signature is another one';
}

/** While a secret is changed a provider signs with both. */
const signaturesMax = 10;

function readHeaders(scheme: HookSignature, header: string, headers: Record<string, string>) {
  if (!scheme.pairs) return { signatures: [header.trim()], timestamp: headers[scheme.timestamp.header ?? ''] };
  const pairs = header.split(',').map((pair) => pair.trim().split(/=(.*)/s, 2) as [string, string | undefined]);
  const valuesOf = (name: string) => pairs.flatMap(([key, value]) => (key === name && value !== undefined ? [value] : []));
  return { signatures: valuesOf(scheme.pairs.signature), timestamp: valuesOf(scheme.pairs.timestamp)[0] };
}

function sign(scheme: HookSignature, secret: string, { method, uri, body }: SignedRequest, timestamp: string): string {
  const hmac = createHmac('sha256', secret);
  for (const piece of scheme.signed) {
    if (typeof piece === 'object') hmac.update(piece.text);
    else if (piece === 'body') hmac.update(body);
    else hmac.update({ method, uri: writtenOut(uri, scheme.decodedInUri ?? []), timestamp }[piece]);
  }
  return hmac.digest(scheme.encoding);
}

function writtenOut(uri: string, escapes: string[]): string {
  return escapes.reduce((text, one) => text.replaceAll(new RegExp(one, 'gi'), decodeURIComponent(one)), uri);
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
