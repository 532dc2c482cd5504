import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

const name = 'syncline_connect';

/** Binds a state to the browser that began it. Over https the `__Host-` prefix keeps other hosts of the domain from setting it. */
export function readBrowserToken(c: Context, isSecure: boolean): string | null {
  return (isSecure ? getCookie(c, name, 'host') : getCookie(c, name)) ?? null;
}

/** Lax: the provider's redirect back is a top-level navigation and must bring it along. */
export function writeBrowserToken(c: Context, isSecure: boolean, value: string, maxAge: number): void {
  setCookie(c, name, value, {
    httpOnly: true,
    sameSite: 'Lax',
    path: '/',
    maxAge,
    secure: isSecure,
    ...(isSecure && { prefix: 'host' }),
  });
}
