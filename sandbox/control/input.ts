import type { Dialect } from '../dialect.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Store } from '../store/store.ts';
import type { Row } from '../store/types.ts';
import { type Account, type DialectName, dialectNames, isAccountName, type World } from '../world.ts';

/** What a verb gets: the sandbox and the JSON that was sent. */
export interface Args {
  world: World;
  dialects: Dialect[];
  input: JsonObject;
}

/** Records that one command may make or change. */
export const bulkMax = 200_000;

export function accountOf({ world, input }: Args): Account {
  const dialect = (input.dialect ?? 'sandbox') as DialectName;
  const name = textIn(input, 'account');
  if (!dialectNames.includes(dialect)) throw new Error(`There is no dialect ${dialect}.`);
  if (!isAccountName(name)) throw new Error('account is no account name.');
  return world.account(dialect, name);
}

export function storeOf(args: Args): Store {
  const object = textIn(args.input, 'object');
  const store = accountOf(args).store(object);
  if (!store) throw new Error(`The ${accountOf(args).dialect} dialect has no object ${object}.`);
  return store;
}

export function oauthOf(args: Args) {
  const { dialect } = accountOf(args);
  return args.dialects.find(({ name }) => name === dialect)!.oauth;
}

export function writeOptions(args: Args) {
  const account = accountOf(args);
  const { id, updatedAt } = args.input;
  return {
    now: account.now(),
    lagMs: account.settings.visibilityLagMs,
    ...(typeof updatedAt === 'string' ? { updatedAt: Date.parse(updatedAt) } : {}),
    ...(typeof id === 'string' ? { id } : {}),
  };
}

/** `id`, `ids`, or the first `count` that exist. */
export function changeEach(args: Args, change: (store: Store, id: string) => Row | null): string[] {
  const store = storeOf(args);
  return idsIn(args, store).map((id) => {
    if (!change(store, id)) throw new Error(`There is no ${textIn(args.input, 'object')} ${id}.`);
    return id;
  });
}

function idsIn({ input }: Args, store: Store): string[] {
  if (typeof input.id === 'string') return [input.id];
  if (Array.isArray(input.ids)) return input.ids.map(String);
  const count = Math.min(wholeNumber(input.count, 'count'), bulkMax);
  const ids: string[] = [];
  for (const entry of store.byId(null, 'exclude')) {
    if (ids.length === count) break;
    ids.push(typeof entry === 'number' ? store.model.idOf(entry) : entry.id);
  }
  return ids;
}

export function describeRow(row: Row): Json {
  const iso = (at: number) => new Date(at).toISOString();
  return {
    id: row.id,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    deletedAt: row.deletedAt === null ? null : iso(row.deletedAt),
    version: row.version,
    fields: row.fields,
  };
}

export function textIn(input: JsonObject, key: string): string {
  const value = input[key];
  if (typeof value !== 'string') throw new Error(`${key} must be a text.`);
  return value;
}

export function objectIn(input: JsonObject, key: string): JsonObject {
  const value = input[key] ?? {};
  if (!isJsonObject(value)) throw new Error(`${key} must be an object.`);
  return value;
}

export function wholeNumber(value: Json | undefined, name: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw new Error(`${name} must be a whole number.`);
  return value;
}
