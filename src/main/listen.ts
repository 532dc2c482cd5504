import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { StartRefusal } from '../base/start-refusal.ts';

/** Streams do not end by themselves: after this long, open connections are cut. */
const graceMs = 3_000;
/** Longer than load balancers keep idle connections (60 s): else they send a request where we are just closing, and answer it with 502. */
const idleMsMax = 75_000;

export interface Listening {
  stop(): Promise<void>;
}

/** Serves a web-standard fetch handler; a port that is taken is said in words. */
export async function listen({
  fetch,
  port,
  host,
}: {
  fetch: (request: Request) => Promise<Response>;
  port: number;
  host: string;
}): Promise<Listening> {
  const server = createAdaptorServer({ fetch }) as Server;
  server.keepAliveTimeout = idleMsMax;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port)));
    server.listen(port, host, resolve);
  });
  return { stop: () => close(server) };
}

function explain(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new StartRefusal(`Port ${port} is taken by another process. Stop it, or choose a port: PORT=${port + 1} npm start`, {
      cause: error,
    });
  if (error.code === 'EACCES')
    return new StartRefusal(`Port ${port} may not be opened by this account. Choose one above 1023: PORT=4000 npm start`, { cause: error });
  return error;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}
