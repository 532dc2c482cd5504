import type { Task } from 'graphile-worker';
import { payloads } from '../queue/index.ts';
import type { SyncsCtx } from '../syncs/context.ts';
import { purgeConnection } from '../syncs/purge-connection.ts';

export function purgeConnectionTask({ ctx }: { ctx: SyncsCtx }): Task {
  return async (payload) => {
    await purgeConnection({ ctx, input: payloads['purge-connection'].parse(payload) });
  };
}
