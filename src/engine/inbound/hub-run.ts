import type { HubRun } from '../../hub/readers/types.ts';
import type { CheckpointState } from '../../syncs/checkpoint-state.ts';
import type { Slice } from './slice.ts';

/**
 * The run's row as it stands beside the records once this state is committed: head of the lease's run, counters and end of the state.
 * `failed`: the run ends here, without an end in the checkpoint: the read it leaves open is the next run's.
 */
export function runRow(slice: Slice, state: CheckpointState, failed?: { errorCode: string }): HubRun {
  const { ctx, lease, connection } = slice;
  const { sync, run } = lease;
  const { slices, fetched, inserted, updated, deleted, unchanged, quarantined, firstSeq, lastSeq } = state.counters;
  const { ended } = state;
  return {
    ...{ runId: run.id, syncId: sync.id, connection: connection.number, connectionId: sync.connectionId, customerId: sync.customerId },
    ...{ provider: sync.provider, object: sync.object, trigger: run.trigger },
    kind: ended?.kind ?? state.read?.kind ?? slice.state.read?.kind ?? run.kind,
    status: failed ? 'failed' : (ended?.outcome ?? 'running'),
    errorCode: failed?.errorCode ?? ended?.reason ?? null,
    ...{ slices, fetched, inserted, updated, deleted, unchanged, quarantined },
    firstSeq: firstSeq === null ? null : BigInt(firstSeq),
    lastSeq: lastSeq === null ? null : BigInt(lastSeq),
    startedAt: run.startedAt,
    finishedAt: failed || ended ? ctx.clock.now() : null,
  };
}
