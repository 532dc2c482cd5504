import dns from 'node:dns';
import type net from 'node:net';
import { isBlockedAddress } from './blocked-address.ts';

/**
 * The look-up of a socket that opens to public addresses only: what a name resolves to is looked at where the socket is opened, every
 * time, so that it cannot change in between (DNS rebinding). `refusal`: what a name fails with that has no public address.
 */
export function publicLookup(refusal: (hostname: string) => Error): net.LookupFunction {
  return (hostname, options, done) => {
    dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '', 4);
      const allowed = addresses.filter(({ address }) => !isBlockedAddress(address));
      if (!allowed[0]) return done(refusal(hostname), '', 4);
      return options.all ? done(null, allowed) : done(null, allowed[0].address, allowed[0].family);
    });
  };
}
