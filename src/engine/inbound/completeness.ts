import type { ObjectDefinition } from '../../kit/index.ts';
import type { CheckpointState, ReadState } from '../../syncs/checkpoint-state.ts';
import { partsOf } from './read-parts.ts';

/**
 * Until when everything that changed at the provider is in the hub. A change may stay invisible for the object's lag, so a read that
 * began at the provider's time P answers for what changed before P minus that lag, and for nothing later. A read of changes answers
 * for it only where it began at or before the time that was complete already: otherwise a stretch lies between the two.
 */
export function completeAfter(input: {
  object: ObjectDefinition;
  state: Pick<CheckpointState, 'completeAsOf'>;
  read: Pick<ReadState, 'kind' | 'since' | 'providerTime' | 'startedAt' | 'completeMax'>;
}): string | null {
  const { object, read } = input;
  const before = input.state.completeAsOf;
  const reached = reachedBy(object, read);
  if (reached === null || !coversChanges(object, read.kind)) return before;
  switch (read.kind) {
    case 'full':
      return reached;
    case 'keys':
      return before;
    case 'delta':
      // Positions do not pass what may still show late: the provider puts it behind them, or the read has not counted on it yet.
      return forward(before, reached);
    case 'incremental':
      if (object.incremental!.watermark.type !== 'datetime') return isExact(object) ? forward(before, reached) : before;
      return joins(before, read.since) ? forward(before, reached) : before;
    case 'window':
      return joins(before, read.since) ? forward(before, reached) : before;
    default:
      throw new Error(`no completeness of a read by ${read.kind satisfies never}`);
  }
}

/**
 * Where the settled pass begins, when one is due: at the time that is complete already. It is an incremental read that reaches further
 * back than its look-back, once in each lag, so that what becomes visible late is met without reading that much in every run.
 */
export function settledSince(
  object: ObjectDefinition,
  { completeAsOf, lastRead }: Pick<CheckpointState, 'completeAsOf' | 'lastRead'>,
  now: Date,
): string | null {
  if (object.settledLagSeconds === undefined || completeAsOf === null || lastRead === null) return null;
  // The provider's present: its clock at the last read, and what has passed here since.
  const providerNowMs = Date.parse(lastRead.providerTime ?? lastRead.startedAt) + now.getTime() - Date.parse(lastRead.startedAt);
  const isDue = providerNowMs - Date.parse(completeAsOf) >= 2 * object.settledLagSeconds * 1000;
  return isDue ? completeAsOf : null;
}

/** Kept clear of our own clock, where the provider shows none: the two may differ. */
const ourClockMarginSeconds = 300;

function reachedBy(
  { visibilityLagSeconds, settledLagSeconds }: ObjectDefinition,
  { providerTime, startedAt, completeMax }: Pick<ReadState, 'providerTime' | 'startedAt' | 'completeMax'>,
): string | null {
  const began = providerTime === null ? Date.parse(startedAt) - ourClockMarginSeconds * 1000 : Date.parse(providerTime);
  const reached = began - Math.max(visibilityLagSeconds, settledLagSeconds ?? 0) * 1000;
  if (completeMax === undefined) return new Date(reached).toISOString();
  return completeMax === null ? null : new Date(Math.min(reached, Date.parse(completeMax))).toISOString();
}

/** Every list of records in it skips no change that was visible when it began. */
function coversChanges(object: ObjectDefinition, kind: ReadState['kind']): boolean {
  return partsOf(object, kind).every(
    (part) => part.signal !== 'records' || part.completeness === 'complete' || part.coversChanges === true,
  );
}

/** What can be seen at all can be seen at once. */
function isExact({ visibilityLagSeconds }: ObjectDefinition): boolean {
  return visibilityLagSeconds === 0;
}

function joins(before: string | null, since: string | null): boolean {
  return before !== null && since !== null && Date.parse(since) <= Date.parse(before);
}

/** null: nothing was complete before, and changes alone make nothing complete. */
function forward(before: string | null, reached: string): string | null {
  if (before === null) return null;
  return Date.parse(reached) > Date.parse(before) ? reached : before;
}
