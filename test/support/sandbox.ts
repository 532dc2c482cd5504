import { authorize } from '../../sandbox/authorize.ts';
import { createSandbox } from '../../sandbox/index.ts';

/**
 * A sandbox on a free port, in the test's own process. `originOverrides` goes into the config of the product under test;
 * `control` sets data, clock and faults.
 */
export async function startSandbox(options: { seed?: number } = {}) {
  const sandbox = await createSandbox(options);
  return {
    url: sandbox.url,
    originOverrides: sandbox.originOverrides(),
    control: sandbox.control,
    /** A customer who logs in and decides: from the authorize URL (real or local) to the callback's URL, which is not opened. */
    authorize: (input: { url: string; account: string; decision?: 'allow' | 'deny'; redirectUri: string }) =>
      authorize({ ...input, url: localUrl(input.url, sandbox.originOverrides()), isCallback: (url) => url.startsWith(input.redirectUri) }),
    close: () => sandbox.close(),
  };
}

export type RunningSandbox = Awaited<ReturnType<typeof startSandbox>>;

/** Where a real URL is served locally. One label of an origin may be a star. */
export function localUrl(url: string, originOverrides: Record<string, string>): string {
  const { origin, pathname, search } = new URL(url);
  for (const [pattern, base] of Object.entries(originOverrides)) {
    const expression = new RegExp(`^${pattern.replace(/[.]/g, '\\.').replace('*', '[^.]+')}$`);
    if (expression.test(origin)) return `${base}${pathname}${search}`;
  }
  return url;
}
