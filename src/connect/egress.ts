import { isBlockedLiteral } from '../base/blocked-address.ts';
import { BlockedAddress, createHttpOut, type IncomingAnswer, type OutgoingRequest } from './http-out.ts';

/**
 * The only way out to providers. The address is checked where the socket is opened, on the address really used, so that
 * DNS rebinding and captured hosts cannot reach a private network. Redirects are never followed here.
 */
export interface Egress {
  send(url: URL | string, request: OutgoingRequest): Promise<IncomingAnswer>;
  /** Where a browser goes for this URL: the same, or the local stand-in of an origin override. */
  browserUrl(url: URL | string): URL;
  /** Origins of the local stand-ins, which a browser may be sent to. */
  readonly standInOrigins: readonly string[];
  /** Development and tests; an operator may also want it. */
  readonly allowsPrivateAddresses: boolean;
  close(): void;
}

export interface EgressOptions {
  /** Real origins → local stand-ins; `*` may stand for one host label. Development and tests only. */
  originOverrides: Record<string, string>;
  allowPrivateAddresses: boolean;
}

export function createEgress(options: EgressOptions): Egress {
  const guarded = createHttpOut({ isGuarded: !options.allowPrivateAddresses });
  // A stand-in was named by the operator and is local by nature, so its address is not checked.
  const open = createHttpOut({ isGuarded: false });
  const overrides = Object.entries(options.originOverrides).map(([origin, base]) => ({ matches: originMatcher(origin), base }));

  function map(url: URL | string): { url: URL; isOverridden: boolean } {
    const real = new URL(url);
    const override = overrides.find(({ matches }) => matches(real.origin));
    if (!override) return { url: real, isOverridden: false };
    const local = new URL(override.base.replace(/\/$/, '') + real.pathname + real.search);
    local.hash = real.hash;
    return { url: local, isOverridden: true };
  }

  return {
    async send(target, request) {
      const { url, isOverridden } = map(target);
      // A literal address never reaches the socket's look-up.
      if (!isOverridden && !options.allowPrivateAddresses && isBlockedLiteral(url.hostname))
        throw new BlockedAddress(`${url.hostname.replace(/^\[|\]$/g, '')} is a private address`);
      if (!isOverridden) return guarded.send(url, request);
      return open.send(url, { ...request, headers: { ...request.headers, 'x-original-host': new URL(target).host } });
    },
    browserUrl: (url) => map(url).url,
    allowsPrivateAddresses: options.allowPrivateAddresses,
    standInOrigins: [...new Set(overrides.map(({ base }) => new URL(base).origin))],
    close() {
      guarded.close();
      open.close();
    },
  };
}

function originMatcher(pattern: string): (origin: string) => boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[a-z0-9-]+');
  const regex = new RegExp(`^${source}$`, 'i');
  return (origin) => regex.test(origin);
}
