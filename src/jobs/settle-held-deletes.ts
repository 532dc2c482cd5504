import type { Task } from 'graphile-worker';
import { payloads } from '../queue/index.ts';
import type { SyncsCtx } from '../syncs/context.ts';
import { settleHeldDeletes } from '../syncs/settle-held-deletes.ts';

export function settleHeldDeletesTask({ ctx }: { ctx: SyncsCtx }): Task {
  return async (payload) => {
    await settleHeldDeletes({ ctx, input: payloads['settle-held-deletes'].parse(payload) });
  };
}
