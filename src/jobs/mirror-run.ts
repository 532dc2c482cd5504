import type { Task } from 'graphile-worker';
import { payloads } from '../queue/index.ts';
import type { SyncsCtx } from '../syncs/context.ts';
import { mirrorRun } from '../syncs/mirror-run.ts';

export function mirrorRunTask({ ctx }: { ctx: SyncsCtx }): Task {
  return async (payload) => {
    await mirrorRun({ ctx, input: payloads['mirror-run'].parse(payload) });
  };
}
