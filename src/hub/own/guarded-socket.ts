import net from 'node:net';
import { isBlockedLiteral } from '../../base/blocked-address.ts';
import { publicLookup } from '../../base/public-lookup.ts';

/**
 * A socket that opens to public addresses only. The address is checked where it is used, at every session: a name that is
 * answered with another address later (DNS rebinding) leads nowhere.
 */
export function guardedSocket(): net.Socket {
  const socket = new net.Socket();
  const connect = socket.connect.bind(socket) as (options: net.TcpSocketConnectOpts) => net.Socket;
  // How pg opens it. A literal address never reaches the look-up.
  const guarded = (port: number, host: string) =>
    isBlockedLiteral(host) ? socket.destroy(blocked(host)) : connect({ port, host, lookup: publicLookup(blocked) });
  return Object.assign(socket, { connect: guarded as net.Socket['connect'] });
}

function blocked(host: string): Error {
  return Object.assign(new Error(`${host} is a private address`), { code: 'ADDRESS_BLOCKED' });
}
