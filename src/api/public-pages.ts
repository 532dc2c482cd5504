import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { html } from 'hono/html';
import type { ApiDeps } from './deps.ts';
import type { ApiEnv } from './env.ts';

/** What needs no key: the document, its page, and what operators' tools ask for. */
export function mountPublicPages(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, document: () => object): void {
  app.get('/openapi.json', (c) => c.json(document()));
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    try {
      if (await deps.isReady()) return c.json({ status: 'ready' });
    } catch (error) {
      c.set('failure', error);
    }
    return c.json({ status: 'the database does not answer' }, 503);
  });
  app.get('/metrics', async (c) => {
    const { contentType, text } = await deps.metrics();
    return c.body(text, 200, { 'content-type': contentType });
  });
  app.get('/docs', (c) => {
    c.header('content-security-policy', docsPolicy);
    return c.html(docsPage);
  });
  for (const [name, { file, contentType }] of Object.entries(docsFiles))
    app.get(`/docs/${name}`, async (c) => c.body(await file(), 200, { 'content-type': contentType, 'cache-control': 'max-age=3600' }));
}

const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

const docsPage = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Syncline API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <noscript>This page needs script. The operations stand in <a href="/openapi.json">openapi.json</a> too.</noscript>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>`;

const startScript = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, docExpansion: 'none' });\n`;

/** Served from the package that npm installed: the page works without the internet. */
const docsFiles: Record<string, { file: () => Promise<string>; contentType: string }> = {
  'swagger-ui.css': { file: () => readAsset('swagger-ui.css'), contentType: 'text/css; charset=utf-8' },
  'swagger-ui-bundle.js': { file: () => readAsset('swagger-ui-bundle.js'), contentType: 'text/javascript; charset=utf-8' },
  'start.js': { file: async () => startScript, contentType: 'text/javascript; charset=utf-8' },
};

function readAsset(name: string): Promise<string> {
  const folder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return readFile(path.join(folder, name), 'utf8');
}
