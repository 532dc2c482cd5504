import { findProvider } from '../../catalog/index.ts';
import { findParentSync, wakeChildren } from '../../syncs/parent-sync.ts';
import type { Slice } from './slice.ts';

/** The run goes on when the parents have been read. */
export class ParentsAhead extends Error {
  readonly waitSeconds: number;

  constructor(object: string, waitSeconds: number) {
    super(`${object} is read first`);
    this.name = 'ParentsAhead';
    this.waitSeconds = waitSeconds;
  }
}

/** Nobody reads the object under which this one is read. */
export class ParentMissing extends Error {
  constructor(object: string) {
    super(`This object is read under ${object}, which is not synced for this connection. Add ${object} to the sync config.`);
    this.name = 'ParentMissing';
  }
}

/** How soon a run looks again; a parent's run that ends wakes it earlier. */
const lookSeconds = 10;
/** Parents that are never finished, because their runs follow each other without a break, are waited for no longer than this. */
const parentsWaitSecondsMax = 900;

/**
 * Parents first. Answers until when the parents were complete: the children of one that is not known are not known either. undefined:
 * the object is read under no parent.
 */
export async function waitForParents({ ctx, lease, definition }: Slice): Promise<string | null | undefined> {
  if (definition.parent === undefined) return undefined;
  const { object } = definition.parent;
  const parent = await findParentSync(ctx, lease.sync, object);
  if (parent === null) throw new ParentMissing(object);
  const waitedSeconds = (ctx.clock.now().getTime() - (lease.run.startedAt ?? lease.run.createdAt).getTime()) / 1000;
  if (parent.isAhead && !(parent.hasSucceeded && waitedSeconds > parentsWaitSecondsMax)) throw new ParentsAhead(object, lookSeconds);
  return parent.completeAsOf?.toISOString() ?? null;
}

/** Called when a run has ended: whatever is read under what it read may begin. */
export async function wakeWhoWaits({ ctx, lease }: Slice): Promise<void> {
  const { sync } = lease;
  const { objects } = await findProvider(ctx, sync.applicationId, sync.provider);
  const children = Object.entries(objects).filter(([, { parent }]) => parent?.object === sync.object);
  await wakeChildren(
    ctx,
    sync,
    children.map(([name]) => name),
  );
}
