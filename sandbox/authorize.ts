/**
 * A browser's way through a log-in and consent page without a browser: follows redirects, keeps cookies, submits the form.
 * `url` is the address the browser would open (the local one, after origin overrides).
 */
export async function authorize({ url, account, decision = 'allow', isCallback }: Authorize): Promise<string> {
  const cookies = new Map<string, Map<string, string>>();
  let next: { url: string; form?: URLSearchParams } = { url };
  for (let step = 0; step < stepsMax; step++) {
    if (step > 0 && isCallback(next.url)) return next.url;
    const response = await request(next);
    const location = response.headers.get('location');
    if (location !== null) {
      next = { url: new URL(location, next.url).href };
      continue;
    }
    const html = await response.text();
    const action = html.match(/<form method="post" action="([^"]+)"/)?.[1];
    if (action === undefined) throw new Error(`${next.url} answered ${response.status} without a form: ${html.slice(0, 500)}`);
    next = { url: new URL(action.replaceAll('&#38;', '&'), next.url).href, form: new URLSearchParams({ account, decision }) };
  }
  throw new Error(`No callback after ${stepsMax} steps.`);

  async function request({ url: target, form }: { url: string; form?: URLSearchParams }): Promise<Response> {
    const { host } = new URL(target);
    const jar = cookies.get(host) ?? new Map<string, string>();
    cookies.set(host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers: Record<string, string> = { accept: 'text/html', ...(cookie ? { cookie } : {}) };
    const response = await fetch(target, { method: form ? 'POST' : 'GET', redirect: 'manual', headers, ...(form ? { body: form } : {}) });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';', 1)[0]?.split(/=(.*)/s) ?? [];
      if (/expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }
}

interface Authorize {
  url: string;
  account: string;
  decision?: 'allow' | 'deny';
  /** Stops before this address is opened, and gives it back. */
  isCallback: (url: string) => boolean;
}

const stepsMax = 12;
