import { AppError } from '../base/errors.ts';

/** A return URL must be on the application's allowlist: an exact URL, or below a prefix that ends in "/". */
export function requireAllowedReturnUrl(returnUrl: string, allowed: readonly string[]): string {
  const url = URL.canParse(returnUrl) ? new URL(returnUrl) : null;
  const isWeb = url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === '';
  // Compared after parsing: what dots, encodings and upper case make of a URL is then settled.
  if (isWeb && allowed.some((entry) => matches(url.href, new URL(entry).href, entry))) return url.href;
  throw new AppError(
    'return_url_not_allowed',
    "The return URL is not on the application's list of return URLs. Add it to the application first.",
  );
}

function matches(href: string, allowedHref: string, entry: string): boolean {
  return entry.endsWith('/') ? href.startsWith(allowedHref) : href === allowedHref;
}

/** The return URL with what came of the connection. Names that the URL already has are replaced. */
export function withResult(returnUrl: string, result: { status: string; connectionId?: string | undefined }): string {
  const url = new URL(returnUrl);
  url.searchParams.set('status', result.status);
  if (result.connectionId !== undefined) url.searchParams.set('connection_id', result.connectionId);
  return url.href;
}
