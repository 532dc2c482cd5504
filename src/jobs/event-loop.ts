import { setTimeout as sleep } from 'node:timers/promises';
import { newToken } from '../base/ids.ts';
import { listenForEvents } from '../events/channel.ts';
import { stampEvents } from '../events/stamp.ts';
import type { DeliveryCtx } from '../webhooks/context.ts';
import { type LeasedEndpoint, leaseEndpoints } from '../webhooks/lease.ts';
import { serveEndpoint } from '../webhooks/serve-endpoint.ts';

/** Somebody may have forgotten to tell: retries that become due, and what dead workers left, are told by nobody. */
const lookMs = 1_000;
/** However often it is told. */
const pauseMs = 10;
/** Another one is numbering: what it does not see is seen this much later. */
const otherStamperMs = 50;
/** Endpoints that one worker serves at the same time, and how many of them may be ones that failed lately. */
const endpointsAtOnceMax = 8;
const inTroubleAtOnceMax = 4;

export interface EventLoop {
  stop(): Promise<void>;
}

/** Every worker numbers events and delivers them to webhook endpoints: whoever looks first. No endpoint waits for another one. */
export function startEventLoop({ ctx }: { ctx: DeliveryCtx }): EventLoop {
  const stopping = new AbortController();
  const serving = new Map<Promise<void>, LeasedEndpoint>();
  let wake = () => {};
  let isWoken = false;
  const wakeUp = () => {
    isWoken = true;
    wake();
  };
  const listening = listenForEvents(ctx, wakeUp);

  async function look(): Promise<number> {
    const stamped = await stampEvents(ctx.db, { waits: false });
    const inTrouble = [...serving.values()].filter(({ failures }) => failures > 0).length;
    await lease(endpointsAtOnceMax - serving.size, false);
    await lease(Math.min(endpointsAtOnceMax - serving.size, inTroubleAtOnceMax - inTrouble), true);
    return stamped === null ? otherStamperMs : lookMs;
  }

  async function lease(endpointsMax: number, inTrouble: boolean): Promise<void> {
    // Each time another owner: what this worker itself lost is somebody else's, too.
    const owner = newToken();
    for (const endpoint of await leaseEndpoints(ctx, { owner, endpointsMax, inTrouble })) serve(endpoint, owner);
  }

  function serve(endpoint: LeasedEndpoint, owner: string): void {
    const served: Promise<void> = serveEndpoint({ ctx, input: { endpoint, owner, signal: stopping.signal } })
      .catch((error: unknown) => ctx.log.error({ err: error, webhook_endpoint_id: endpoint.id }, 'an endpoint could not be served'))
      .finally(() => {
        serving.delete(served);
        wakeUp();
      });
    serving.set(served, endpoint);
  }

  /** Until somebody tells, or the time is over. */
  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  const looping = (async () => {
    while (!stopping.signal.aborted) {
      isWoken = false;
      const waitMs = await look().catch((error: unknown) => {
        ctx.log.error({ err: error }, 'the look for events failed');
        return lookMs;
      });
      if (!isWoken) await rest(waitMs);
      await sleep(pauseMs);
    }
  })();

  return {
    async stop() {
      stopping.abort();
      wakeUp();
      await looping;
      await listening.close();
      await Promise.all(serving.keys());
    },
  };
}
