import type { Run as RunRow, SyncConfig as SyncConfigRow, Sync as SyncRow } from '../db/generated/client.ts';
import type { ConfigObject, Strategy } from './config-input.ts';

/** What the verbs of this room answer: plain objects, no rows. */
export interface SyncConfig {
  id: string;
  providerConfigId: string;
  provider: string;
  destinationId: string;
  objects: { object: string; strategy: Strategy; fullRefreshEvery: number | null; intervalSeconds: number }[];
  startOnConnection: boolean;
  status: 'enabled' | 'disabled';
  createdAt: Date;
  updatedAt: Date;
}

export interface Sync {
  id: string;
  customerId: string;
  connectionId: string;
  syncConfigId: string;
  destinationId: string;
  provider: string;
  object: string;
  strategy: Strategy;
  fullRefreshEvery: number | null;
  intervalSeconds: number;
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
  kind: 'full' | 'incremental';
  trigger: RunTrigger;
  status: RunStatus;
  errorCode: string | null;
  errorMessage: string | null;
  slices: number;
  fetched: number;
  inserted: number;
  updated: number;
  deleted: number;
  unchanged: number;
  quarantined: number;
  apiCalls: number;
  bytes: number;
  heldDeletes: number;
  watermarkBefore: string | null;
  watermarkAfter: string | null;
  firstSeq: string | null;
  lastSeq: string | null;
  providerTime: Date | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

export type RunTrigger = 'schedule' | 'connection' | 'manual';
export type RunStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'held' | 'cancelled';

export function toSyncConfig(row: SyncConfigRow): SyncConfig {
  const { id, providerConfigId, provider, destinationId, startOnConnection, createdAt, updatedAt } = row;
  const objects = (row.objects as unknown as ConfigObject[]).map((o) => ({
    object: o.object,
    strategy: o.strategy,
    fullRefreshEvery: o.full_refresh_every,
    intervalSeconds: o.interval_seconds,
  }));
  const status = row.status as SyncConfig['status'];
  return { id, providerConfigId, provider, destinationId, objects, startOnConnection, status, createdAt, updatedAt };
}

export function toSync(row: SyncRow): Sync {
  const { applicationId: _application, leaseOwner: _owner, leaseUntil: _until, fence: _fence, ...rest } = row;
  return {
    ...rest,
    strategy: row.strategy as Strategy,
    status: row.status as Sync['status'],
    pauseReason: row.pauseReason as PauseReason | null,
    health: row.health as Sync['health'],
  };
}

export function toRun(row: RunRow): Run {
  const { applicationId: _application, ...rest } = row;
  return {
    ...rest,
    kind: row.kind as Run['kind'],
    trigger: row.trigger as RunTrigger,
    status: row.status as RunStatus,
    bytes: Number(row.bytes),
    firstSeq: row.firstSeq?.toString() ?? null,
    lastSeq: row.lastSeq?.toString() ?? null,
  };
}
