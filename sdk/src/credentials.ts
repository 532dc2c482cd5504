/** Exactly one of the two. */
export interface Credentials {
  /** An API key of your application. For servers only. */
  apiKey?: string;
  /** A customer token, or how to get one: it is asked for again when the old one has ended. */
  customerToken?: string | (() => string | Promise<string>);
}

export interface TokenSource {
  current(): Promise<string>;
  /** Another token than the refused one, or null when there is none to be had. */
  renew(): Promise<string | null>;
}

/** An API key in a page is everybody's key: it is refused there. */
export function tokenSource({ apiKey, customerToken }: Credentials): TokenSource {
  if ((apiKey === undefined) === (customerToken === undefined)) throw new TypeError('Give either an apiKey or a customerToken.');
  if (apiKey !== undefined && isBrowser())
    throw new TypeError('An API key must not be used in a browser: everybody who opens the page could read it. Use a customerToken.');
  if (typeof customerToken !== 'function') return { current: async () => apiKey ?? customerToken!, renew: async () => null };
  let known: Promise<string> | undefined;
  const ask = () => {
    const asked = Promise.resolve(customerToken());
    known = asked;
    asked.catch(() => {
      if (known === asked) known = undefined;
    });
    return asked;
  };
  return { current: () => known ?? ask(), renew: ask };
}

/** Asks for another token once when one is refused. */
export function renewingFetch(send: typeof fetch, tokens: TokenSource): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const response = await send(request.clone());
    if (response.status !== 401) return response;
    const token = await tokens.renew();
    if (token === null) return response;
    await response.body?.cancel();
    request.headers.set('authorization', `Bearer ${token}`);
    return send(request);
  };
}

function isBrowser(): boolean {
  const scope = globalThis as Record<string, unknown>;
  return (
    (scope.window !== undefined && scope.document !== undefined) ||
    scope.DedicatedWorkerGlobalScope !== undefined ||
    scope.SharedWorkerGlobalScope !== undefined
  );
}
