import { z } from 'zod';
import { idInput, text } from '../base/text.ts';

export const passthroughMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export const passthroughPathCharsMax = 4000;
export const passthroughEntriesMax = 50;
export const passthroughValueCharsMax = 4000;

/** What says who asks, where the request goes or where it ends: ours to write. */
const refusedHeaders = new Set([
  ...['authorization', 'proxy-authorization', 'cookie', 'host', 'x-original-host', 'forwarded', 'via'],
  ...['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect', 'content-length'],
  ...['content-type', 'content-encoding', 'accept-encoding', 'user-agent', 'date'],
]);
const refusedPrefixes = ['x-forwarded-', 'proxy-', 'sec-'];

/** https://www.rfc-editor.org/rfc/rfc9110#name-field-names */
const headerName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;
/** Visible characters, spaces and tabs: a line break would begin another header. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A header that a caller may choose. `authHeader`: where the provider's credentials stand. */
export function isOwnHeader(name: string, authHeader?: string): boolean {
  const lower = name.toLowerCase();
  return !refusedHeaders.has(lower) && lower !== authHeader?.toLowerCase() && !refusedPrefixes.some((prefix) => lower.startsWith(prefix));
}

/**
 * A path below the connection's base URL. Never an origin (`https:…`, `//host`, `/\host`), and no way out of the base's own path: dot
 * segments would be resolved before the request leaves, and a base may name the customer's account.
 */
export function isPlainPath(path: string): boolean {
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(path) || /[\\#?]/.test(path)) return false;
  return !path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}

const Headers = z
  .record(
    text(100).refine((name) => headerName.test(name) && isOwnHeader(name), 'is not a header that may be chosen'),
    z.string().max(passthroughValueCharsMax).regex(headerValue, 'may not hold line breaks or control characters'),
  )
  .refine((entries) => Object.keys(entries).length <= passthroughEntriesMax, `may have at most ${passthroughEntriesMax} entries`);

const Query = z
  .record(text(200), z.string().max(passthroughValueCharsMax))
  .refine((entries) => Object.keys(entries).length <= passthroughEntriesMax, `may have at most ${passthroughEntriesMax} entries`);

export const passthroughFields = {
  method: z.enum(passthroughMethods),
  path: text(passthroughPathCharsMax).refine(
    isPlainPath,
    'must begin with one slash, and hold no origin, query, fragment or dot segments; put the query into `query`',
  ),
  query: Query.optional(),
  headers: Headers.optional(),
  /** Sent as JSON. */
  json: z.unknown().optional(),
};

export const SendPassthrough = z
  .strictObject({ connectionId: idInput, ...passthroughFields })
  .refine(({ method, json }) => json === undefined || method !== 'GET', { path: ['json'], message: 'a GET request has no body' });
