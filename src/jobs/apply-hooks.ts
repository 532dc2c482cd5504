import type { Task } from 'graphile-worker';
import { applyHooks } from '../engine/hooks/apply-hooks.ts';
import { payloads } from '../queue/index.ts';
import type { SyncsCtx } from '../syncs/context.ts';

export function applyHooksTask({ ctx, signal }: { ctx: SyncsCtx; signal: AbortSignal }): Task {
  return async (payload) => {
    await applyHooks({ ctx, input: payloads['apply-hooks'].parse(payload), signal });
  };
}
