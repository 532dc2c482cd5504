import net from 'node:net';

interface Changes {
  /** The first message of a client, its startup parameters. */
  startup?: (message: Buffer) => Buffer;
  fromServer?: (bytes: Buffer) => Buffer;
}

/** Stands between a client and a Postgres and changes what is said, as poolers do. Counts who came. */
export async function startProxy(to: { host: string; port: number }, { startup = same, fromServer = same }: Changes = {}) {
  let count = 0;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    count++;
    sockets.add(client);
    const upstream = net.connect(to.port, to.host);
    let isFirst = true;
    client.on('data', (bytes) => {
      upstream.write(isFirst ? startup(bytes) : bytes);
      isFirst = false;
    });
    upstream.on('data', (bytes) => client.write(fromServer(bytes)));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    /** How many have connected so far. */
    count: () => count,
    /** Ends whoever is there, too. */
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const same = (bytes: Buffer) => bytes;

/** A startup message without one of its parameters. */
export function withoutParameter(name: string) {
  return (message: Buffer): Buffer => {
    const parts = message.subarray(8).toString('latin1').split('\0');
    const at = parts.findIndex((part, index) => index % 2 === 0 && part === name);
    if (at !== -1) parts.splice(at, 2);
    const body = Buffer.from(parts.join('\0'), 'latin1');
    const head = Buffer.from(message.subarray(0, 8));
    head.writeInt32BE(8 + body.length, 0);
    return Buffer.concat([head, body]);
  };
}
