import { z } from 'zod';

const nameCharsMax = 100;
const valueCharsMax = 1000;
const headersMax = 50;

/** Headers that are ours to set, or that change what a request is. */
const ownHeaders = new Set([
  ...['proxy-authorization', 'cookie', 'host', 'connection', 'content-length', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect'],
  ...['keep-alive', 'forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'origin', 'referer'],
  ...['accept-encoding', 'content-encoding', 'range'],
]);

/** A header that carries a credential: `authorization` may, because there it is ours that stands in it. */
export function isCredentialHeader(name: string): boolean {
  return new RegExp(`^[A-Za-z0-9-]{1,${nameCharsMax}}$`).test(name) && !ownHeaders.has(name.toLowerCase());
}

/** Headers that a declared provider adds to its requests. */
export const headersSchema = z
  .record(
    z.string().refine((name) => isCredentialHeader(name) && name.toLowerCase() !== 'authorization', 'is no header that can be set here'),
    z.string().max(valueCharsMax).refine(isPrintable, 'must be printable text'),
  )
  .refine((all) => Object.keys(all).length <= headersMax, `must be at most ${headersMax} headers`);

/** ASCII without control characters: what a header and an address can hold as it is. */
export function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
