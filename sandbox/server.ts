import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { handleControl } from './control/index.ts';
import type { Dialect } from './dialect.ts';
import { readRequest, send } from './http.ts';
import { serveApi } from './serve-api.ts';
import { serveOAuth } from './serve-oauth.ts';
import type { World } from './world.ts';

/** One HTTP server for all dialects and the control API. */
export function createSandboxServer(world: World, dialects: Dialect[]): Server {
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (response.destroyed) return;
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (response.headersSent) response.destroy();
      else
        send(response, {
          status: 500,
          headers: { 'content-type': 'text/plain; charset=utf-8' },
          body: Buffer.from(`The sandbox failed: ${message}\n`),
        });
    });
  });
  server.keepAliveTimeout = 30_000;
  return server;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/';
    if (url.startsWith('/control/')) return handleControl({ world, dialects, request, response });
    const dialect = dialects.find(({ prefix }) => prefix !== '' && (url === prefix || url.startsWith(`${prefix}/`))) ?? dialects.at(-1)!;
    request.url = url.slice(dialect.prefix.length) || '/';
    Object.assign(request, { mount: dialect.prefix });
    const [path = '/', search = ''] = request.url.split('?', 2);
    if (dialect.isOAuth(path)) return serveOAuth(world, dialect, request, response, path);
    await serveApi(world, dialect, request, response, await readRequest(request, path, search));
  }
}
