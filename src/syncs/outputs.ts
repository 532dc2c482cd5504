import type { SyncRateLimit } from '../connect/rate-limits.ts';
import type { Run as RunRow, SyncConfig as SyncConfigRow, Sync as SyncRow } from '../db/generated/client.ts';
import type { ReadKind } from '../kit/index.ts';
import type { ConfigObject, Landing, NewObjectsPolicy, Strategy } from './config-input.ts';
import { type Overrides, type StoredOverrides, toOverrides } from './overrides.ts';
import type { ReadWarning } from './read-kinds.ts';
import { type Schedule, type StoredSchedule, toSchedule } from './schedule-input.ts';
import type { StoredUnfolded } from './unfolded.ts';

/** What the verbs of this room answer: plain objects, no rows. */
export interface SyncConfig {
  id: string;
  providerConfigId: string;
  provider: string;
  destinationId: string;
  objects: SyncConfigObject[];
  newObjects: NewObjectsPolicy;
  /** What the provider has begun to offer since the order was last written, and the order has not taken up. */
  newlyOffered: string[];
  startOnConnection: boolean;
  status: 'enabled' | 'disabled';
  createdAt: Date;
  updatedAt: Date;
}

/** How one object is read and landed, with everything decided. */
export interface SyncOrder {
  strategy: Strategy;
  fullRefreshEvery: number | null;
  intervalSeconds: number;
  schedule: Schedule;
  windowSeconds: number | null;
  keyPassIntervalSeconds: number | null;
  startFrom: Date | null;
  landing: Landing;
  /** null: the whole record. */
  observedFields: string[] | null;
  /** Caps of its own within the connection's budgets. */
  rateLimits: SyncRateLimit[];
}

export interface SyncConfigObject extends SyncOrder {
  object: string;
  /** The objects read under it, where it was taken in for them. */
  requiredBy: string[] | null;
  /** Why, where the strategy was chosen for the vendor. */
  strategyReason: string | null;
}

export interface Sync extends SyncOrder {
  id: string;
  /** What of the above is this connection's own, in place of what the sync config says. */
  overrides: Overrides;
  customerId: string;
  connectionId: string;
  syncConfigId: string;
  destinationId: string;
  provider: string;
  object: string;
  status: 'active' | 'paused';
  pauseReason: PauseReason | null;
  health: 'pending' | 'healthy' | 'delayed' | 'failed' | 'held';
  nextRunAt: Date | null;
  currentRunId: string | null;
  rerunRequested: boolean;
  fullRequested: boolean;
  incrementalsSinceFull: number;
  consecutiveFailures: number;
  lastSuccessAt: Date | null;
  /** What changed at the provider before this time of its own is in the hub; null: unknown. */
  completeAsOf: Date | null;
  lastKeyPassAt: Date | null;
  /** When notices of the provider were last worked off. */
  lastHookAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** `manual`: a person; `auth`: the connection must be authorised again; `disconnected`: it is gone; `config`: the sync config is off. */
export type PauseReason = 'manual' | 'auth' | 'disconnected' | 'config';

export interface Run {
  id: string;
  syncId: string;
  customerId: string;
  connectionId: string;
  provider: string;
  object: string;
  kind: ReadKind;
  trigger: RunTrigger;
  /** Who asked for it, in their own words; of a run after another one, that run. */
  source: string | null;
  metadata: Record<string, string> | null;
  status: RunStatus;
  errorCode: string | null;
  errorMessage: string | null;
  /** Why it read something else, or more, than was its turn. */
  warnings: ReadWarning[];
  slices: number;
  fetched: number;
  inserted: number;
  updated: number;
  deleted: number;
  unchanged: number;
  quarantined: number;
  apiCalls: number;
  bytes: number;
  /** Waiting for limits, and between repeated requests. */
  waitMs: number;
  /** Records that it is expected to read. */
  totalEstimate: number | null;
  heldDeletes: number;
  duplicates: number;
  /** What it did to objects that are unfolded from the records it read. */
  unfolded: UnfoldedCounts[];
  watermarkBefore: string | null;
  watermarkAfter: string | null;
  firstSeq: string | null;
  lastSeq: string | null;
  /** Of the sync when the run ended, and how far behind that moment it lay. */
  completeAsOf: Date | null;
  lagSeconds: number | null;
  providerTime: Date | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

export interface UnfoldedCounts {
  object: string;
  inserted: number;
  updated: number;
  deleted: number;
  quarantined: number;
}

export type RunTrigger = 'schedule' | 'connection' | 'manual' | 'after' | 'hook';
export type RunStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'held' | 'cancelled';

export function toSyncConfig(row: SyncConfigRow, newlyOffered: string[]): SyncConfig {
  const { id, providerConfigId, provider, destinationId, startOnConnection, createdAt, updatedAt } = row;
  const objects = storedObjects(row).map(toSyncConfigObject);
  const status = row.status as SyncConfig['status'];
  const newObjects = row.newObjects as NewObjectsPolicy;
  return {
    id,
    providerConfigId,
    provider,
    destinationId,
    objects,
    newObjects,
    newlyOffered,
    startOnConnection,
    status,
    createdAt,
    updatedAt,
  };
}

/** What an earlier version stored lacks what it did not know. */
export function storedObjects(row: Pick<SyncConfigRow, 'objects'>): ConfigObject[] {
  return (row.objects as unknown as (Partial<ConfigObject> & Pick<ConfigObject, 'object' | 'strategy' | 'interval_seconds'>)[]).map(
    (one) => ({
      required_by: null,
      strategy_reason: null,
      full_refresh_every: null,
      window_seconds: null,
      key_pass_interval_seconds: null,
      schedule: null,
      start_from: null,
      landing: 'merge',
      observed_fields: null,
      rate_limits: null,
      ...one,
    }),
  );
}

function toSyncConfigObject(stored: ConfigObject): SyncConfigObject {
  return {
    object: stored.object,
    strategy: stored.strategy,
    requiredBy: stored.required_by,
    strategyReason: stored.strategy_reason,
    fullRefreshEvery: stored.full_refresh_every,
    intervalSeconds: stored.interval_seconds,
    schedule: toSchedule(stored.schedule, stored.interval_seconds),
    windowSeconds: stored.window_seconds,
    keyPassIntervalSeconds: stored.key_pass_interval_seconds,
    startFrom: stored.start_from === null ? null : new Date(stored.start_from),
    landing: stored.landing,
    observedFields: stored.observed_fields,
    rateLimits: stored.rate_limits ?? [],
  };
}

export function toSync(row: SyncRow): Sync {
  const {
    applicationId: _application,
    leaseOwner: _owner,
    leaseUntil: _until,
    fence: _fence,
    announcedShape: _shape,
    readsAnewSince: _anew,
    ...rest
  } = row;
  return {
    ...rest,
    strategy: row.strategy as Strategy,
    schedule: toSchedule(row.schedule as unknown as StoredSchedule | null, row.intervalSeconds),
    landing: row.landing as Landing,
    observedFields: row.observedFields.length === 0 ? null : row.observedFields,
    rateLimits: (row.rateLimits ?? []) as SyncRateLimit[],
    overrides: toOverrides(row.overrides as unknown as StoredOverrides | null),
    status: row.status as Sync['status'],
    pauseReason: row.pauseReason as PauseReason | null,
    health: row.health as Sync['health'],
  };
}

function toUnfolded(stored: StoredUnfolded | null): UnfoldedCounts[] {
  return Object.entries(stored ?? {}).map(([object, { announced_seq: _announced, ...counts }]) => ({ object, ...counts }));
}

export function toRun(row: RunRow): Run {
  const { applicationId: _application, ...rest } = row;
  return {
    ...rest,
    kind: row.kind as Run['kind'],
    warnings: row.warnings as ReadWarning[],
    trigger: row.trigger as RunTrigger,
    metadata: row.metadata as Run['metadata'],
    status: row.status as RunStatus,
    bytes: Number(row.bytes),
    unfolded: toUnfolded(row.unfolded as StoredUnfolded | null),
    firstSeq: row.firstSeq?.toString() ?? null,
    lastSeq: row.lastSeq?.toString() ?? null,
  };
}
