import { z } from 'zod';
import { text } from '../base/text.ts';

const urlCharsMax = 2000;
const entriesMax = 50;
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Where the connect flow may return to: exact URLs, or prefixes that end in "/". */
export const returnUrlsInput = z.array(text(urlCharsMax).refine(isReturnUrl, returnUrlRule())).max(entriesMax);

/** Origins of the vendor's pages: scheme, host and port, without a path. */
export const originsInput = z.array(text(urlCharsMax).refine(isOrigin, originRule())).max(entriesMax);

function isReturnUrl(value: string): boolean {
  const url = parseUrl(value);
  return url !== null && isSafe(url) && url.username === '' && url.password === '' && !value.includes('#');
}

function isOrigin(value: string): boolean {
  const url = parseUrl(value);
  return url !== null && isSafe(url) && url.origin === value;
}

/** Plain http only where it does not leave the machine. */
function isSafe(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback.has(url.hostname));
}

function parseUrl(value: string): URL | null {
  return URL.canParse(value) ? new URL(value) : null;
}

function returnUrlRule(): string {
  return 'Must be an https URL (http on localhost) without user, password or fragment.';
}

function originRule(): string {
  return 'Must be an origin such as https://app.example.com (http on localhost), without a path or a trailing slash.';
}
