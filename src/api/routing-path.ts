import { getPath } from 'hono/utils/url';

/**
 * `/v1/syncs/{sync_id}:trigger` is how the operation is called, but a router's parameter ends at the next slash. So the
 * action is a segment of its own inside: the document says `…:trigger`, the router sees `…/~trigger`.
 */
export function routingPath(path: string): string {
  return path.replace(/\}:(\w+)$/, '}/~$1');
}

/** The same for a request. Only resources that have actions: a customer's id may hold colons. */
export function requestPath(request: Request): string {
  return getPath(request).replace(/^(\/v1\/(?:syncs|sync-configs|connections|held-deletes|quarantine)\/[^/]+):([a-z_]+)$/, '$1/~$2');
}
