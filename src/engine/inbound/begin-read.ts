import {
  type DeltaDefinition,
  type Json,
  ProviderError,
  type ReadDefinition,
  type ReadKind,
  type RequestSpec,
  readOf,
} from '../../kit/index.ts';
import type { ReadState } from '../../syncs/checkpoint-state.ts';
import { markBegun } from '../../syncs/leave-run.ts';
import type { ReadWarning } from '../../syncs/read-kinds.ts';
import { ask } from './ask.ts';
import { startCursor } from './cursor.ts';
import { settledTime, textAt } from './fetch-page.ts';
import { runRow } from './hub-run.ts';
import { meetsEverything } from './read-parts.ts';
import { retryRefused } from './retry-refused.ts';
import { deletionsSince, sinceFor } from './since.ts';
import { committed, nextState, type Slice } from './slice.ts';
import { waitForParents } from './wait-for-parent.ts';

/** Begins a read: a new generation in the hub, the first page still to be asked for. */
export async function beginRead(slice: Slice, kind: ReadKind, restarts: number, warned: ReadWarning[] = []): Promise<void> {
  const { ctx, lease, hub, table, connection, state } = slice;
  const now = ctx.clock.now();
  const from = { object: slice.definition, state, windowSeconds: lease.sync.windowSeconds, now };
  const deletions = deletionsSince(kind, from);
  const warnings: ReadWarning[] = deletions.isExpired ? [...warned, 'deletions_expired'] : [...warned];
  const completeMax = await waitForParents(slice);
  const asked = await askBefore(slice, kind);
  if (asked === 'impossible') return beginRead(slice, 'full', restarts, [...warned, 'changes_unavailable']);
  if (asked.leftOut > 0) warnings.push('fields_left_out');
  let next = state;
  const { hasRefused } = await hub.beginRead({
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
            ...{ since: sinceFor(kind, from), deletionsSince: deletions.since, prepared: asked.prepared },
            ...startCursor,
            ...{ met: 0, idless: 0, signals: 0, unmarked: 0, firstPageHighest: null, highest: null, highestDeletion: null },
            ...{
              feed: asked.feed,
              isFeedSettled: true,
              total: null,
              warnings,
              startedAt: now.toISOString(),
              providerTime: asked.providerTime,
            },
            ...{ restarts, resumedAt: null, deleting: null },
            ...(completeMax === undefined ? {} : { completeMax }),
          },
        },
      );
      return next as Json;
    },
    run: () => runRow(slice, next),
  });
  committed(slice, next);
  await markBegun(ctx, lease, { kind, isFresh: true, warnings });
  // A full read meets them anyway.
  if (hasRefused && kind !== 'full') await retryRefused(slice);
}

/**
 * What the provider is asked before the first page: where its feed stands, so that no change between that moment and the end of the
 * full read is left out, and what it wants to know once for the whole read. Its clock at the first answer is a safe bound. `impossible`:
 * the answer shows that this account's object cannot be read by changes.
 */
async function askBefore(slice: Slice, kind: ReadKind): Promise<AskedBefore | 'impossible'> {
  const { delta } = slice.definition;
  const { prepare } = readOf(slice.definition, kind)!;
  const takesUpFeed = kind === 'full' && slice.lease.sync.strategy === 'full_then_delta';
  const start = takesUpFeed && delta?.start.from === 'asked' ? await askStart(slice, delta.start) : null;
  const prepared = prepare ? await askJson(slice, prepare.request, reducing(prepare, kind)) : null;
  if (prepared?.value instanceof Impossible) return 'impossible';
  return {
    feed: start && { position: start.value },
    prepared: prepared?.value ?? null,
    providerTime: (start ?? prepared)?.askedTime?.toISOString() ?? null,
    leftOut: prepared ? (prepare?.leftOut?.(prepared.value) ?? 0) : 0,
  };
}

type AskedBefore = Pick<ReadState, 'feed' | 'prepared' | 'providerTime'> & { leftOut: number };

/**
 * Where the feed stands: behind nothing that may yet become visible, in the listing as in the feed. The first answer tells the
 * provider's clock, by which that is asked for.
 */
async function askStart(slice: Slice, { request, path, before }: Extract<DeltaDefinition['start'], { from: 'asked' }>) {
  const newest = await askJson(slice, request, (body) => textAt(body, path));
  const settled = settledTime(slice, newest.askedTime);
  if (newest.value === null || settled === null || before === undefined) return newest;
  const older = { ...request, query: { ...request.query, [before]: settled.toISOString() } };
  return { ...(await askJson(slice, older, (body) => textAt(body, path))), askedTime: newest.askedTime };
}

class Impossible {}

/** What makes a read of changes impossible is no reason to fail: everything can still be read. */
function reducing({ reduce }: NonNullable<ReadDefinition['prepare']>, kind: ReadKind): (body: Json) => Json | Impossible {
  if (meetsEverything(kind)) return reduce;
  return (body) => {
    try {
      return reduce(body);
    } catch (error) {
      if (error instanceof ProviderError && error.meaning === 'invalid') return new Impossible();
      throw error;
    }
  };
}

async function askJson<T>(slice: Slice, request: RequestSpec, reduce: (body: Json) => T) {
  return ask(slice, request, ({ body, askedTime }) => ({ value: reduce(parseAnswer(body)), askedTime }));
}

function parseAnswer(body: Buffer): Json {
  try {
    return JSON.parse(body.toString('utf8')) as Json;
  } catch (error) {
    throw new ProviderError('unavailable', 'The provider answered with something that is not JSON.', { cause: error });
  }
}
