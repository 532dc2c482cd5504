import { isKeyless, type Json } from '../../kit/index.ts';
import { runRow } from './hub-run.ts';
import { committed, nextState, type Slice } from './slice.ts';
import { chargeLoad } from './wait-for-destination.ts';

/** Tried again by one run; of more, the next run takes those that wait longest then. */
const refusedRowsMax = 200;

/**
 * What the vendor's table refused is tried again by every run, as the hub has kept it: a mended constraint or column is enough, and
 * the provider is not asked. What is tried counts as read by this run, with whatever came of it.
 */
export async function retryRefused(slice: Slice): Promise<void> {
  const { hub, lease, table, connection, state, definition } = slice;
  const records = await hub.listRefused({ table, connection, rowsMax: refusedRowsMax });
  if (records.length === 0) return;
  await chargeLoad(slice, records.length);
  let next = state;
  await hub.writeSlice({
    ...{ syncId: lease.sync.id, fence: lease.fence, table, connection },
    generation: BigInt(state.read!.generation),
    isRetry: true,
    marksSeen: false,
    records,
    quarantined: [],
    children: slice.children,
    ...(lease.sync.observedFields.length > 0 ? { observed: lease.sync.observedFields } : {}),
    shape: state.hasFull ? 'news' : 'first',
    versions: lease.sync.landing === 'append' && !isKeyless(definition) ? { runId: lease.run.id } : undefined,
    checkpoint: (facts) => {
      next = nextState(slice, { fetched: records.length, facts }, {});
      return next as Json;
    },
    run: () => runRow(slice, next),
  });
  committed(slice, next);
}
