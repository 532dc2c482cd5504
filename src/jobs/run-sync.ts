import type { Task } from 'graphile-worker';
import { runSlice } from '../engine/inbound/run-slice.ts';
import { payloads } from '../queue/index.ts';
import type { SyncsCtx } from '../syncs/context.ts';

/** Told after every slice, for the metrics. */
export type SliceEnded = (slice: { outcome: string; seconds: number }) => void;

/** One slice of one sync; the engine queues the next one itself. */
export function runSyncTask({ ctx, owner, signal, sliceEnded }: RunSyncDeps): Task {
  return async (payload) => {
    const begun = performance.now();
    const outcome = await runSlice({ ctx, input: payloads['run-sync'].parse(payload), owner, signal });
    sliceEnded({ outcome, seconds: (performance.now() - begun) / 1000 });
  };
}

interface RunSyncDeps {
  ctx: SyncsCtx;
  owner: string;
  signal: AbortSignal;
  sliceEnded: SliceEnded;
}
