import { CookieJar } from 'tough-cookie';

/** A browser without script: keeps cookies, follows nothing by itself. */
export function createBrowser() {
  const jar = new CookieJar(undefined, { rejectPublicSuffixes: false });

  async function open(url: string, init: { method?: string; form?: Record<string, string>; headers?: Record<string, string> } = {}) {
    const cookie = await jar.getCookieString(url);
    const response = await fetch(url, {
      method: init.method ?? (init.form ? 'POST' : 'GET'),
      redirect: 'manual',
      headers: { ...(cookie ? { cookie } : {}), ...init.headers },
      ...(init.form && { body: new URLSearchParams(init.form) }),
    });
    for (const line of response.headers.getSetCookie()) await jar.setCookie(line, url);
    return { status: response.status, headers: response.headers, location: response.headers.get('location'), text: await response.text() };
  }

  return { open, jar };
}

export type Browser = ReturnType<typeof createBrowser>;
