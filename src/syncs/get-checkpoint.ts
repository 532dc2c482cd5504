import { z } from 'zod';
import { idInput } from '../base/text.ts';
import type { Sync as SyncRow } from '../db/generated/client.ts';
import type { Args } from '../db/index.ts';
import { type CheckpointState, parseState } from './checkpoint-state.ts';
import type { SyncsCtx } from './context.ts';
import { openHub } from './edit-checkpoint.ts';
import { findSync } from './find-sync.ts';
import { parseInput } from './input.ts';

const GetCheckpoint = z.strictObject({ syncId: idInput });

/** Where a sync stands. */
export interface SyncCheckpoint {
  syncId: string;
  /** The provider-side value up to which everything has been read; null: the next run reads in full. */
  watermark: string | null;
  watermarkType: 'datetime' | 'integer' | 'opaque' | null;
  hasFull: boolean;
  incrementalsSinceFull: number;
  /** The last read that ended: our clock when it began (information only), and the provider's. */
  lastRead: { kind: 'full' | 'incremental'; startedAt: string; providerTime: string | null } | null;
  /** A read that has begun and not ended. */
  openRead: {
    kind: 'full' | 'incremental';
    startedAt: string;
    providerTime: string | null;
    since: string | null;
    pages: number;
    records: number;
  } | null;
}

export async function getCheckpoint({ ctx, input }: Args<unknown, SyncsCtx>): Promise<SyncCheckpoint> {
  const { syncId } = parseInput(GetCheckpoint, input);
  return describeCheckpoint(ctx, await findSync(ctx, ctx.db.prisma, 'syncs:read', syncId));
}

export async function describeCheckpoint(ctx: SyncsCtx, sync: SyncRow): Promise<SyncCheckpoint> {
  const hub = await openHub(ctx, sync);
  const state = parseState((await hub.readCheckpoint(sync.id))?.state);
  const watermarkType = ctx.catalog.object(sync.provider, sync.object).incremental?.watermark.type ?? null;
  return { syncId: sync.id, watermarkType, incrementalsSinceFull: sync.incrementalsSinceFull, ...describe(state) };
}

function describe({ watermark, hasFull, lastRead, read }: CheckpointState) {
  const openRead = read && {
    kind: read.kind,
    startedAt: read.startedAt,
    providerTime: read.providerTime,
    since: read.since,
    pages: read.pages,
    records: read.met,
  };
  return { watermark, hasFull, lastRead, openRead };
}
