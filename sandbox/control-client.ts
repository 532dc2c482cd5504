import type { Fault, FaultMatch, Mutation } from './faults.ts';
import { type Json, type JsonObject, parseJson, writeJson } from './json.ts';
import type { AccountSettings, DialectName, LogEntry } from './world.ts';

export interface ObjectName {
  /** Default: sandbox. */
  dialect?: DialectName;
  account: string;
  object: string;
}

export interface AccountName {
  dialect?: DialectName;
  account: string;
}

/** A record as it is now, its content in the dialect's own shape. */
export interface ControlledRecord {
  id: string;
  createdAt: string;
  updatedAt: string;
  deletedAt: string | null;
  version: number;
  fields: JsonObject;
}

/** Which records: by id, by ids, or the first `count`. */
type Which = { id: string } | { ids: string[] } | { count: number };

/** The control API of a running sandbox, for tests, demo and bench. */
export function createControl(url: string) {
  async function call<T>(verb: string, input: object): Promise<T> {
    const response = await fetch(`${url}/control/${verb}`, {
      method: 'POST',
      body: writeJson(input as Json),
      headers: { 'content-type': 'application/json' },
    });
    const answer = parseJson(await response.text()) as JsonObject;
    if (!response.ok) throw new Error(`control ${verb}: ${String(answer.error)}`);
    return answer as T;
  }

  return {
    /** How many generated records the object has. For the beginning: records added later are old. */
    setSize: (input: ObjectName & { size: number }) => call<{ size: number }>('setSize', input),
    create: (input: ObjectName & { fields?: JsonObject; id?: string; updatedAt?: string }) => call<{ id: string }>('create', input),
    createMany: (input: ObjectName & { count: number; fields?: JsonObject; updatedAt?: string }) =>
      call<{ ids: string[] }>('createMany', input),
    /** Own dialect: a record that is served as this text. */
    createRaw: (input: ObjectName & { id: string; raw: string; updatedAt?: string }) => call<{ id: string }>('createRaw', input),
    /** Merges `fields` into each; without fields it only touches them. */
    update: (input: ObjectName & Which & { fields?: JsonObject; updatedAt?: string }) => call<{ ids: string[] }>('update', input),
    delete: (input: ObjectName & Which & { updatedAt?: string }) => call<{ ids: string[] }>('delete', input),
    /** Gone without a trace. */
    remove: (input: ObjectName & Which) => call<{ ids: string[] }>('remove', input),
    mutate: (input: AccountName & { operations: Mutation[] }) => call<{ ids: string[] }>('mutate', input),
    /** Own dialect: the feeds of changes forget what they told so far; positions before now are refused with 410. */
    forgetChanges: (input: ObjectName) => call<object>('forgetChanges', input),
    /** Everything, deleted ones included, whatever readers see yet. */
    list: (input: ObjectName) => call<{ records: ControlledRecord[]; count: number }>('list', input),
    get: (input: ObjectName & { id: string }) => call<{ record: ControlledRecord | null }>('get', input),
    /** Recorded records, served value for value. */
    load: (input: ObjectName & { records: unknown[]; description?: unknown }) => call<{ loaded: number }>('load', input),
    /** Clock, lags, token lifetime and rotation, rate limit. */
    configure: (input: AccountName & Partial<AccountSettings>) => call<AccountSettings>('configure', input),
    /** Every write of the account is told to this address from now on; `url: null` ends it. `isHeld`: only when `sendHooks` says so. */
    setHooks: (
      input: AccountName & ({ url: null } | { url: string; secret: string; withRecord?: boolean; dropEvery?: number; isHeld?: boolean }),
    ) => call<object>('setHooks', input),
    /** Claims that a record was written, without writing it. */
    tellHooks: (input: ObjectName & { id: string; kind?: 'created' | 'updated' | 'deleted'; count?: number }) =>
      call<{ waiting: number }>('tellHooks', input),
    /** Sends what is held, and answers what the product said to each request. */
    sendHooks: (input: AccountName & { order?: 'reversed'; times?: number; oneByOne?: boolean; secondsAgo?: number; isForged?: boolean }) =>
      call<{ statuses: number[]; sent: number; dropped: number }>('sendHooks', input),
    fault: (input: { match?: FaultMatch; fault: Fault; skip?: number; times?: number | null }) =>
      call<{ id: number }>('fault', { match: {}, ...input }),
    /** What still stands: a fault that has hit its last request is gone. */
    faults: async () => (await call<{ faults: { match: FaultMatch }[] }>('faults', {})).faults,
    clearFaults: (match: FaultMatch = {}) => call<object>('clearFaults', { match }),
    requests: async (input: AccountName) => (await call<{ requests: LogEntry[] }>('requests', input)).requests,
    clearRequests: (input: AccountName) => call<object>('clearRequests', input),
    /** Tokens issued, refreshed (with attempts) and revoked. */
    tokens: (input: AccountName) => call<{ issued: number; refreshed: number; refreshAttempts: number; revoked: number }>('tokens', input),
    /** The access tokens stop working, refresh tokens go on. */
    expireTokens: (input: AccountName) => call<object>('expireTokens', input),
    /** The customer takes the permission back: refreshing answers invalid_grant. */
    endGrants: (input: AccountName) => call<object>('endGrants', input),
    registerClient: (input: { clientId: string; clientSecret: string; redirectUris?: string[] }) => call<object>('registerClient', input),
    accounts: async () => (await call<{ accounts: { dialect: DialectName; name: string }[] }>('accounts', {})).accounts,
    reset: () => call<object>('reset', {}),
  };
}

export type Control = ReturnType<typeof createControl>;
