import type { Task } from 'graphile-worker';
import { applyField } from '../fields/apply-field.ts';
import { payloads } from '../queue/index.ts';
import type { SyncsCtx } from '../syncs/context.ts';

export function applyFieldTask({ ctx }: { ctx: SyncsCtx }): Task {
  return async (payload) => {
    await applyField({ ctx, input: payloads['apply-field'].parse(payload) });
  };
}
