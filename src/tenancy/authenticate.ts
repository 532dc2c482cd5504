import { createHash, timingSafeEqual } from 'node:crypto';
import type { Actor, Scope } from '../base/actor.ts';
import type { Clock } from '../base/clock.ts';
import { AppError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { Db } from '../db/index.ts';
import { apiKeyMark, hashOf, isSameKey, prefixOf } from './api-key.ts';
import { verifyCustomerToken } from './customer-token.ts';
import type { TokenKeys } from './token-keys.ts';

interface AuthenticateDeps {
  db: Db;
  clock: Clock;
  tokenKeys: TokenKeys;
  operatorKey: Secret | null;
}

/** `last_used_at` is written at most this often per key: a write per request would cost more than it tells. */
const lastUsedSeconds = 60;
const credentialCharsMax = 4096;

/** Who sends this Authorization header, or `unauthenticated`. It never says what exactly was wrong. */
export async function authenticate(deps: AuthenticateDeps, header: string | undefined): Promise<Actor> {
  const credential = /^Bearer +([\x21-\x7e]+) *$/i.exec(header ?? '')?.[1];
  if (credential === undefined || credential.length > credentialCharsMax) throw unauthenticated();
  const actor = credential.startsWith(apiKeyMark)
    ? await findApiKey(deps, credential)
    : (findOperator(deps, credential) ?? (await findCustomer(deps, credential)));
  if (!actor) throw unauthenticated();
  return actor;
}

/** Hand-written: it stands before every request, and Prisma would take as long as the rest of a small one. */
async function findApiKey({ db, clock }: AuthenticateDeps, key: string): Promise<Actor | null> {
  const { rows } = await db.pool.query<{ id: string; application_id: string; hash: Buffer; scopes: Scope[]; last_used_at: Date | null }>({
    name: 'authenticate_api_key',
    text: `
      select id, application_id, hash, scopes, last_used_at
      from api_key
      where prefix = $1::text
      and revoked_at is null`,
    values: [prefixOf(key)],
  });
  const row = rows[0];
  if (!row || !isSameKey(key, row.hash)) return null;
  const now = clock.now();
  const staleBefore = new Date(now.getTime() - lastUsedSeconds * 1000);
  if (row.last_used_at === null || row.last_used_at < staleBefore)
    await db.pool.query(
      'update api_key set last_used_at = $2::timestamptz where id = $1::text and (last_used_at is null or last_used_at < $3::timestamptz)',
      [row.id, now, staleBefore],
    );
  return { kind: 'api_key', id: row.id, applicationId: row.application_id, scopes: row.scopes };
}

function findOperator({ operatorKey }: AuthenticateDeps, key: string): Actor | null {
  if (!operatorKey || !timingSafeEqual(hashOf(operatorKey.reveal()), hashOf(key))) return null;
  return { kind: 'operator', id: createHash('sha256').update(key).digest('hex').slice(0, 8) };
}

/** A token outlives nothing: a deleted customer's is refused although its signature holds, also when the id is used again. */
async function findCustomer(deps: AuthenticateDeps, token: string): Promise<Actor | null> {
  const verified = await verifyCustomerToken(token, deps);
  if (!verified) return null;
  const { applicationId, customerId, customerCreatedAt, scopes } = verified;
  const { rowCount } = await deps.db.pool.query({
    name: 'authenticate_customer',
    text: `
      select 1
      from customer
      where application_id = $1::text
      and id = $2::text
      and created_at = $3::timestamptz
      and deleted_at is null`,
    values: [applicationId, customerId, customerCreatedAt],
  });
  return rowCount === 0 ? null : { kind: 'customer', id: customerId, applicationId, customerId, scopes };
}

function unauthenticated(): AppError {
  return new AppError(
    'unauthenticated',
    'Send "Authorization: Bearer" with an API key of your application, or with a customer token that has not ended.',
  );
}
