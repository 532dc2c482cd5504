import dns from 'node:dns';
import net from 'node:net';
import { isBlockedAddress } from '../../base/blocked-address.ts';

/**
 * A socket that opens to public addresses only. The address is checked where it is used, at every session: a name that is
 * answered with another address later (DNS rebinding) leads nowhere.
 */
export function guardedSocket(): net.Socket {
  const socket = new net.Socket();
  const connect = socket.connect.bind(socket) as (options: net.TcpSocketConnectOpts) => net.Socket;
  // How pg opens it. A literal address never reaches the look-up.
  const guarded = (port: number, host: string) =>
    net.isIP(host) && isBlockedAddress(host) ? socket.destroy(blocked(host)) : connect({ port, host, lookup: publicLookup });
  return Object.assign(socket, { connect: guarded as net.Socket['connect'] });
}

const publicLookup: net.LookupFunction = (hostname, options, done) => {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '', 4);
    const allowed = addresses.filter(({ address }) => !isBlockedAddress(address));
    if (!allowed[0]) return done(blocked(hostname), '', 4);
    return options.all ? done(null, allowed) : done(null, allowed[0].address, allowed[0].family);
  });
};

function blocked(host: string): Error {
  return Object.assign(new Error(`${host} is a private address`), { code: 'ADDRESS_BLOCKED' });
}
