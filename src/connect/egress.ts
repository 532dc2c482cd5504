import dns from 'node:dns';
import net from 'node:net';
import { Agent } from 'undici';
import { isBlockedAddress } from './egress-addresses.ts';

/**
 * The only way out to providers. The address is checked where the socket is opened, on the address really used, so that
 * DNS rebinding and captured hosts cannot reach a private network. Redirects are never followed here.
 */
export interface Egress {
  fetch(url: URL | string, init: RequestInit): Promise<Response>;
  /** Where a browser goes for this URL: the same, or the local stand-in of an origin override. */
  browserUrl(url: URL | string): URL;
  /** Origins of the local stand-ins, which a browser may be sent to. */
  readonly standInOrigins: readonly string[];
  close(): Promise<void>;
}

export interface EgressOptions {
  /** Real origins → local stand-ins; `*` may stand for one host label. Development and tests only. */
  originOverrides: Record<string, string>;
  allowPrivateAddresses: boolean;
}

export class BlockedAddress extends Error {
  readonly code = 'EGRESS_BLOCKED';
}

/** Sockets per origin and process: enough for every slice of a process, and no storm for one provider. */
const connectionsMax = 50;
const connectMsMax = 10_000;
const keepAliveMs = 10_000;

export function createEgress(options: EgressOptions): Egress {
  const guarded = createAgent(!options.allowPrivateAddresses);
  // A stand-in was named by the operator and is local by nature, so its address is not checked.
  const open = createAgent(false);
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
    async fetch(target, init) {
      const { url, isOverridden } = map(target);
      const host = url.hostname.replace(/^\[|\]$/g, '');
      // A literal address never reaches the socket's look-up.
      if (!isOverridden && !options.allowPrivateAddresses && net.isIP(host) && isBlockedAddress(host))
        throw new BlockedAddress(`${host} is a private address`);
      const headers = new Headers(init.headers);
      if (isOverridden) headers.set('x-original-host', new URL(target).host);
      const dispatcher = isOverridden ? open : guarded;
      // Global fetch, because tests replace it; `dispatcher` is undici's addition to RequestInit.
      return fetch(url, { ...init, headers, redirect: 'manual', dispatcher } as RequestInit);
    },
    browserUrl: (url) => map(url).url,
    standInOrigins: [...new Set(overrides.map(({ base }) => new URL(base).origin))],
    async close() {
      await Promise.all([guarded.close(), open.close()]);
    },
  };
}

function createAgent(isGuarded: boolean): Agent {
  return new Agent({
    connections: connectionsMax,
    keepAliveTimeout: keepAliveMs,
    connect: {
      timeout: connectMsMax,
      lookup(hostname, lookupOptions, done) {
        dns.lookup(hostname, { ...lookupOptions, all: true }, (error, addresses) => {
          if (error) return done(error, '', 4);
          const allowed = isGuarded ? addresses.filter(({ address }) => !isBlockedAddress(address)) : addresses;
          if (!allowed[0]) return done(new BlockedAddress(`${hostname} resolves to a private address`), '', 4);
          return lookupOptions.all ? done(null, allowed as never, 0 as never) : done(null, allowed[0].address, allowed[0].family);
        });
      },
    },
  });
}

function originMatcher(pattern: string): (origin: string) => boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[a-z0-9-]+');
  const regex = new RegExp(`^${source}$`, 'i');
  return (origin) => regex.test(origin);
}
