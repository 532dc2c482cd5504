import type { Task } from 'graphile-worker';
import { applyField } from '../fields/apply-field.ts';
import { payloads } from '../queue/index.ts';
import type { SyncsCtx } from '../syncs/context.ts';

/** Building an index takes as long as the table is large: a worker that stops does not wait for it. */
export function applyFieldTask({ ctx, signal }: { ctx: SyncsCtx; signal: AbortSignal }): Task {
  return async (payload) => {
    await applyField({ ctx, input: payloads['apply-field'].parse(payload), signal });
  };
}
