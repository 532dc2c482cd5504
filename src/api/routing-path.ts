import { getPath } from 'hono/utils/url';

/**
 * `/v1/syncs/{sync_id}:trigger` is how the operation is called, but a router's parameter ends at the next slash. So the
 * action is a segment of its own inside: the document says `…:trigger`, the router sees `…/~trigger`.
 */
export function routingPath(path: string): string {
  return path.replace(/\}:(\w+)$/, '}/~$1');
}

/** The same for a request. Only resources that have actions: a customer's id may hold colons, and so may a record's. */
export function requestPath(request: Request): string {
  return getPath(request).replace(action, '$1/~$2');
}

const ofOneId = [
  ...['syncs', 'sync-configs', 'connections', 'held-deletes', 'quarantine'],
  ...['destinations', 'sql-credentials', 'fields', 'webhook-endpoints', 'webhook-deliveries'],
];
/** These are named by two segments: provider and object, category and model. */
const ofTwo = ['records', 'unified'];
const action = new RegExp(`^(/v1/(?:(?:${ofOneId.join('|')})/[^/]+|(?:${ofTwo.join('|')})/[^/]+/[^/]+)):([a-z_]+)$`);
