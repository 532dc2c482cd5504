import { FaultBook } from './faults.ts';
import { noteWrite, type Outbox } from './hooks/outbox.ts';
import { seedOf } from './random.ts';
import { Store } from './store/store.ts';
import type { Model, Row } from './store/types.ts';

export type DialectName = 'sandbox' | 'hubspot' | 'salesforce' | 'pipedrive' | 'stripe';
export const dialectNames: readonly DialectName[] = ['sandbox', 'hubspot', 'salesforce', 'pipedrive', 'stripe'];

/** What a dialect brings: its objects, and how refresh tokens behave unless an account is told otherwise. */
export interface DialectData {
  model(object: string, account: string, seed: number): Model | null;
  defaultSize(object: string): number;
  rotatesRefreshTokens: boolean;
  accessTokenSeconds: number;
  /** Hears of every write that readers see: for feeds of events. */
  onWrite?(account: Account, object: string, row: Row): void;
}

export interface RateLimit {
  requests: number;
  windowSeconds: number;
}

export interface AccountSettings {
  rotatesRefreshTokens: boolean;
  accessTokenSeconds: number;
  /** The provider's clock against ours. */
  clockOffsetMs: number;
  /** How long a write stays invisible to every read. */
  visibilityLagMs: number;
  /** How long a search still shows the version before. */
  searchLagMs: number;
  /** Requests per window that are answered; the rest is refused. null: only counted. */
  rateLimit: RateLimit | null;
  /** Limits of their own for single categories of requests, such as HubSpot's `search`. */
  categoryLimits: Record<string, RateLimit>;
  /** Requests that are answered from one midnight (UTC, by the account's clock) to the next. null: all. */
  dailyLimit: number | null;
  /** Own dialect, lists by cursor: a page has no more records than this, whatever was asked for. null: as asked. */
  pageRecordsMax: number | null;
  /** Own dialect: feeds of changes tell each change twice. */
  repeatsChanges: boolean;
  /** Own dialect: rendered pages that are kept, in bytes. 0: none. */
  pageCacheBytesMax: number;
}

export interface LogEntry {
  at: string;
  method: string;
  path: string;
  query: string;
  status: number;
  bytes: number;
  durationMs: number;
  /** The faults that the answer suffered. */
  faults: string[];
}

/** Requests that are remembered per account. */
const logEntriesMax = 20_000;

export class Account {
  readonly dialect: DialectName;
  readonly name: string;
  readonly settings: AccountSettings;
  readonly log: LogEntry[] = [];
  readonly tokens = { issued: 0, refreshed: 0, refreshAttempts: 0, revoked: 0 };
  readonly window = { startedAt: 0, used: 0 };
  readonly day = { number: 0, used: 0 };
  /** Objects' descriptions that were loaded as recorded. */
  readonly descriptions = new Map<string, string>();
  /** Where its notices go; null: it sends none. */
  outbox: Outbox | null = null;
  private readonly stores = new Map<string, Store>();
  private readonly categoryWindows = new Map<string, { startedAt: number; used: number }>();
  private readonly data: DialectData;
  private readonly seed: number;

  constructor(dialect: DialectName, name: string, data: DialectData, seed: number) {
    this.dialect = dialect;
    this.name = name;
    this.data = data;
    this.seed = seed;
    this.settings = {
      rotatesRefreshTokens: data.rotatesRefreshTokens,
      accessTokenSeconds: data.accessTokenSeconds,
      clockOffsetMs: 0,
      visibilityLagMs: 0,
      searchLagMs: 0,
      rateLimit: null,
      categoryLimits: {},
      dailyLimit: null,
      pageRecordsMax: null,
      repeatsChanges: false,
      pageCacheBytesMax: 0,
    };
  }

  now(): number {
    return Date.now() + this.settings.clockOffsetMs;
  }

  /** null when the dialect has no such object. */
  store(object: string): Store | null {
    let store = this.stores.get(object);
    if (!store) {
      const model = this.data.model(object, this.name, seedOf(String(this.seed), this.dialect, this.name, object));
      if (!model) return null;
      store = new Store(model, this.data.defaultSize(object), (row) => {
        this.data.onWrite?.(this, object, row);
        noteWrite(this, object, row);
      });
      this.stores.set(object, store);
    }
    store.settle(this.now());
    return store;
  }

  categoryWindow(category: string) {
    const window = this.categoryWindows.get(category) ?? { startedAt: 0, used: 0 };
    this.categoryWindows.set(category, window);
    return window;
  }

  record(entry: LogEntry): void {
    this.log.push(entry);
    if (this.log.length > logEntriesMax) this.log.splice(0, this.log.length - logEntriesMax);
  }
}

/** Accounts that one sandbox holds: enough for a load test, a bound against a runaway one. */
const accountsMax = 20_000;

export class World {
  readonly faults = new FaultBook();
  private readonly accounts = new Map<string, Account>();
  private readonly data: Record<DialectName, DialectData>;
  private readonly seed: number;

  constructor(data: Record<DialectName, DialectData>, seed: number) {
    this.data = data;
    this.seed = seed;
  }

  /** Accounts come into being when they are first named. */
  account(dialect: DialectName, name: string): Account {
    const key = `${dialect}/${name}`;
    let account = this.accounts.get(key);
    if (!account) {
      if (this.accounts.size >= accountsMax) throw new Error(`The sandbox holds at most ${accountsMax} accounts.`);
      account = new Account(dialect, name, this.data[dialect], this.seed);
      this.accounts.set(key, account);
    }
    return account;
  }

  list(): Account[] {
    return [...this.accounts.values()];
  }

  forget(): void {
    this.accounts.clear();
    this.faults.clear({});
  }
}

/** Names that can be typed at the login page: usable in hosts, headers and URLs. */
export function isAccountName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(name);
}
