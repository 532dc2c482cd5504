import type { ApiDeps } from './deps.ts';
import { documentOf } from './document.ts';
import { createApi } from './index.ts';

/** The document alone: nothing behind it is ever called. */
export function openapiDocument(): object {
  const never = () => {
    throw new Error('the document is made without a server');
  };
  const deps: ApiDeps = {
    contextFor: never,
    authenticate: never,
    isOriginAllowed: never,
    isReady: never,
    receiveHook: never,
    metrics: never,
    pages: null,
    clock: { now: never },
    log: { debug: never, info: never, warn: never, error: never, child: never },
    publicUrl: 'http://localhost',
  };
  return documentOf(createApi(deps));
}
