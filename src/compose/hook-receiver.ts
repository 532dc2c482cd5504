import { AppError } from '../base/errors.ts';
import type { IncomingHook } from '../connect/hooks/authenticate-hook.ts';
import type { Metrics } from '../ops/metrics.ts';
import { type HookCtx, receiveHook } from '../syncs/receive-hook.ts';

/** Takes hooks, and counts what became of them. */
export function hookReceiver(contextFor: (requestId: string) => HookCtx, metrics: Metrics) {
  return async (input: IncomingHook, requestId: string): Promise<void> => {
    const ctx = contextFor(requestId);
    try {
      const { provider, records, unrouted } = await receiveHook({ ctx, input });
      metrics.hookReceived({ provider, outcome: 'noted', records: records - unrouted });
      metrics.hookReceived({ provider, outcome: 'unrouted', records: unrouted });
    } catch (error) {
      if (error instanceof AppError && error.code === 'hook_signature_invalid') {
        metrics.hookReceived({ provider: 'unknown', outcome: 'refused', records: 1 });
        ctx.log.warn({ reason: error.internal }, 'a hook was refused');
      }
      throw error;
    }
  };
}
