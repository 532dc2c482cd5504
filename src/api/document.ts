import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './env.ts';
import { tags } from './tags.ts';

/** The OpenAPI 3.1 document, from the routes themselves. */
export function documentOf(app: OpenAPIHono<ApiEnv>) {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Syncline API',
      version: '1.0.0',
      license: { name: 'MIT' },
      description:
        "Keeps the data of your customers' SaaS tools in sync. Every answer carries X-Request-Id; every refusal is application/problem+json with a stable code. Lists answer data, next_cursor and has_more, and take cursor and page_size.",
    },
    servers: [{ url: '/', description: 'The server that gave you this document' }],
    tags,
  });
}

export function registerSecurity(app: OpenAPIHono<ApiEnv>): void {
  const schemes = {
    apiKey: 'An API key of your application (`sk_…`). For your servers only: never put it into a page or an app.',
    customerToken: 'A customer token from createCustomerToken: reads the data of one customer, for at most one hour.',
    operatorKey: 'The operator key of the installation: creates applications.',
  };
  for (const [name, description] of Object.entries(schemes))
    app.openAPIRegistry.registerComponent('securitySchemes', name, { type: 'http', scheme: 'bearer', description });
}
