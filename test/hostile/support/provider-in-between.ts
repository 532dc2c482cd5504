import { createServer, request as forward, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a hostile provider does with a request; false: it answers honestly this time. */
export type Attack = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Stands between the product and the sandbox: Salesforce as it would be in the hands of an attacker. */
export async function startProviderInBetween(sandboxUrl: string) {
  let attack: Attack = () => false;
  const server = createServer((request, response) => {
    if (attack(request, response)) return void request.resume();
    const { hostname, port } = new URL(sandboxUrl);
    const { method, url: path, headers } = request;
    const onward = forward({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  const url = await listen(server);
  return {
    url,
    /** Hits queries only: descriptions and the account look-up stay honest. */
    attackQueries(hit: Attack, { times = 1 }: { times?: number } = {}) {
      let left = times;
      attack = (request, response) => {
        if (!/\/query(All)?[/?]/.test(request.url ?? '') || left <= 0) return false;
        left--;
        return hit(request, response);
      };
    },
    attackAll(hit: Attack) {
      attack = hit;
    },
    relent() {
      attack = () => false;
    },
    close: () => close(server),
  };
}

/** A server that nobody of ours may ever ask: it counts who does. */
export async function startCanary() {
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`);
    response.end('{"records":[]}');
  });
  const url = await listen(server);
  return { url, hits, close: () => close(server) };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
