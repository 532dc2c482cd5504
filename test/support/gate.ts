import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.ts';

export interface Gate {
  /** The same database through the gate. */
  url: string;
  /** Cuts every session and lets nobody in. */
  close(): Promise<void>;
  open(): Promise<void>;
}

/** A way to a database that a test can close, while it goes on looking at the database itself. */
export async function openGate(databaseUrl: string): Promise<Gate> {
  const to = new URL(databaseUrl);
  const port = await freePort();
  const sockets = new Set<Socket>();
  let server: Server | null = null;

  function join(client: Socket): void {
    const database = connect(Number(to.port), to.hostname);
    for (const [socket, other] of [
      [client, database],
      [database, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }

  const gate: Gate = {
    url: Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(port) }).href,
    async close() {
      const closing = server;
      server = null;
      const closed = closing && new Promise((resolve) => closing.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    open: () =>
      new Promise((resolve, reject) => {
        server = createServer(join);
        server.once('error', reject);
        server.listen(port, '127.0.0.1', resolve);
      }),
  };
  await gate.open();
  return gate;
}
