import { type Json, ProviderError } from '../../kit/index.ts';
import type { ReadState } from '../../syncs/checkpoint-state.ts';
import { markBegun } from '../../syncs/leave-run.ts';
import { ask } from './ask.ts';
import { startCursor } from './cursor.ts';
import { committed, nextState, type Slice } from './slice.ts';
import { sinceOf } from './watermark-rules.ts';

/** Begins a read: a new generation in the hub, the first page still to be asked for. */
export async function beginRead(slice: Slice, kind: ReadState['kind'], restarts: number): Promise<void> {
  const { ctx, lease, hub, table, connection, state } = slice;
  const startedAt = ctx.clock.now().toISOString();
  const { prepared, providerTime } = await prepare(slice, kind);
  let next = state;
  await hub.beginRead({
    syncId: lease.sync.id,
    fence: lease.fence,
    table,
    connection,
    kind,
    checkpoint: ({ generation, horizon }) => {
      next = nextState(
        slice,
        { fetched: 0, facts: null },
        {
          read: {
            ...{ kind, generation: generation.toString(), horizon: horizon.toString() },
            since: kind === 'full' ? null : sinceFor(slice),
            prepared,
            ...startCursor,
            ...{ met: 0, idless: 0, signals: 0, firstPageHighest: null, highest: null },
            ...{ startedAt, providerTime, restarts, resumedAt: null, deleting: null },
          },
        },
      );
      return next as Json;
    },
  });
  committed(slice, next);
  await markBegun(ctx, lease, { kind, isFresh: true });
}

function sinceFor({ state, definition }: Slice): string | null {
  const { watermark, lookbackSeconds } = definition.incremental!;
  return sinceOf(watermark.type, state.watermark, lookbackSeconds ?? definition.visibilityLagSeconds);
}

/** What the provider wants to know once for the whole read. Its answer comes before the first page, so its clock is a safe bound. */
async function prepare(slice: Slice, kind: ReadState['kind']): Promise<{ prepared: Json; providerTime: string | null }> {
  const { prepare } = slice.definition[kind]!;
  if (!prepare) return { prepared: null, providerTime: null };
  return ask(slice, prepare.request, ({ body, askedTime }) => ({
    prepared: prepare.reduce(parseAnswer(body)),
    providerTime: askedTime?.toISOString() ?? null,
  }));
}

function parseAnswer(body: Buffer): Json {
  try {
    return JSON.parse(body.toString('utf8')) as Json;
  } catch (error) {
    throw new ProviderError('unavailable', 'The provider answered with something that is not JSON.', { cause: error });
  }
}
