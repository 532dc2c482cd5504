import { AppError } from './errors.ts';

/** What an API key or a customer token may do. `*:write` does not include `*:read`; keys list what they need, or `all`. */
export const scopes = [
  'all',
  'application:read',
  'application:write',
  'customers:read',
  'customers:write',
  'provider_configs:read',
  'provider_configs:write',
  'connections:read',
  'connections:write',
  'sync_configs:read',
  'sync_configs:write',
  'syncs:read',
  'syncs:write',
  'records:read',
  'passthrough:write',
  'destinations:read',
  'destinations:write',
  'fields:read',
  'fields:write',
  'sql_credentials:read',
  'sql_credentials:write',
  'mappings:read',
  'mappings:write',
  'events:read',
  'webhooks:read',
  'webhooks:write',
  'api_keys:read',
  'api_keys:write',
  'customer_tokens:write',
  'audit:read',
] as const;
export type Scope = (typeof scopes)[number];

/** Scopes a customer token may carry: reading only, and of one customer. */
export const customerTokenScopes = ['connections:read', 'syncs:read', 'records:read'] as const satisfies readonly Scope[];

/**
 * Who acts. `api_key` and `customer` belong to one application; `operator` runs the installation (creates
 * applications) and reads no tenant's data; `system` is the worker or a public page acting for one application.
 */
export type Actor =
  | { kind: 'api_key'; id: string; applicationId: string; scopes: readonly Scope[] }
  | { kind: 'customer'; id: string; applicationId: string; customerId: string; scopes: readonly Scope[] }
  | { kind: 'operator'; id: string }
  | { kind: 'system'; id: string; applicationId: string };

/** The caller's application, or a refusal. Every verb of an application's world begins here. */
export function requireScope(actor: Actor, scope: Scope): { applicationId: string; customerId: string | undefined } {
  if (actor.kind === 'operator')
    throw new AppError('scope_missing', "An operator key creates applications only. Use one of the application's API keys.");
  if (actor.kind === 'system') return { applicationId: actor.applicationId, customerId: undefined };
  if (!actor.scopes.includes(scope) && !actor.scopes.includes('all'))
    throw new AppError('scope_missing', `This ${actor.kind === 'customer' ? 'customer token' : 'API key'} lacks the scope ${scope}.`);
  return { applicationId: actor.applicationId, customerId: actor.kind === 'customer' ? actor.customerId : undefined };
}
