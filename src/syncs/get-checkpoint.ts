import { z } from 'zod';
import { idInput } from '../base/text.ts';
import { findObject } from '../catalog/index.ts';
import type { Sync as SyncRow } from '../db/generated/client.ts';
import type { Args } from '../db/index.ts';
import type { ReadKind } from '../kit/index.ts';
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
  /** Up to where the provider's feed of changes has been read, in its own words; null: nothing yet, or another strategy. */
  feedPosition: string | null;
  /** Up to when the provider's feed of deletions has been read. */
  deletionsPointer: string | null;
  incrementalsSinceFull: number;
  /** The last read that ended: our clock when it began (information only), and the provider's. */
  lastRead: { kind: ReadKind; startedAt: string; providerTime: string | null } | null;
  /** A read that has begun and not ended. */
  openRead: {
    kind: ReadKind;
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
  const watermarkType = (await findObject(ctx, sync.applicationId, sync.provider, sync.object)).incremental?.watermark.type ?? null;
  return { syncId: sync.id, watermarkType, incrementalsSinceFull: sync.incrementalsSinceFull, ...describe(state) };
}

function describe({ watermark, hasFull, feed, deletions, lastRead, read }: CheckpointState) {
  const openRead = read && {
    kind: read.kind,
    startedAt: read.startedAt,
    providerTime: read.providerTime,
    since: read.since,
    pages: read.pages,
    records: read.met,
  };
  const marks = { feedPosition: feed?.position ?? null, deletionsPointer: deletions?.pointer ?? null };
  return { watermark, hasFull, ...marks, lastRead, openRead };
}
