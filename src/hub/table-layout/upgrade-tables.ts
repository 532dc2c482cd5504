import { setTimeout as sleep } from 'node:timers/promises';
import type { HubHandle } from '../handle.ts';
import { listBehind } from './list-behind.ts';
import { newestLayout, type SteppedTable } from './steps.ts';
import { takeStep } from './take-step.ts';

/** A table that could not be changed is come back to, at growing intervals, for a quarter of an hour in all; then at the next opening. */
const roundsMax = 16;
const pauseMsMin = 1_000;
const pauseGrowth = 1.5;
const pauseMsMax = 300_000;

/** At a hub's opening. Whoever opens it does not wait: the code lives with tables of any layout. */
export function upgradeTablesBehind(hub: HubHandle, signal: AbortSignal): void {
  upgradeTables(hub, signal).catch((error: Error) => {
    if (!signal.aborted) hub.log.warn({ schema: hub.schema, err: error }, 'the tables of records could not be looked at for their layout');
  });
}

/**
 * Brings every table up to date, one at a time. A table that somebody holds is left for a later round, and stops no other. The
 * numbers in the registry are the position: whoever comes next, or after a kill, goes on there.
 */
async function upgradeTables(hub: HubHandle, signal: AbortSignal): Promise<void> {
  for (let round = 1; round <= roundsMax; round++) {
    let left = 0;
    for (const { on, layout } of await listBehind(hub)) {
      if (signal.aborted) return;
      if (!(await isUpgraded(hub, on, { layout, signal }))) left++;
    }
    if (left === 0) return;
    await sleep(Math.min(pauseMsMax, pauseMsMin * pauseGrowth ** (round - 1)), undefined, { signal, ref: false });
  }
}

async function isUpgraded(hub: HubHandle, on: SteppedTable, { layout, signal }: { layout: number; signal: AbortSignal }): Promise<boolean> {
  try {
    for (let at = layout; at < newestLayout(on.kind); at++) if (!(await takeStep(hub, on, { layout: at, signal }))) return false;
    return true;
  } catch (error) {
    if (!signal.aborted)
      hub.log.warn(
        { schema: hub.schema, table: on.name, layout, err: error },
        'a table of records could not be brought to the layout of this release yet; it is tried again',
      );
    return false;
  }
}
