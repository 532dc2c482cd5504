import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { getRun } from './get-run.ts';
import { parseInput } from './input.ts';
import type { Run } from './outputs.ts';

/** Longer waits are cut off by what stands between a caller and us; who waits longer asks for the run again. */
export const waitSecondsMax = 60;
const pollMs = 250;

const WaitForRun = z.strictObject({ runId: idInput, waitSeconds: z.int().min(1).max(waitSecondsMax) });

/** The run as it is when it has ended, or when the time is up. No transaction and no connection is held meanwhile. */
export async function waitForRun({ ctx, input }: Args): Promise<Run> {
  const { runId, waitSeconds } = parseInput(WaitForRun, input);
  for (const until = performance.now() + waitSeconds * 1000; ; await sleep(pollMs)) {
    const run = await getRun({ ctx, input: { runId } });
    if (run.finishedAt !== null || performance.now() + pollMs > until) return run;
  }
}
