import { setTimeout as sleep } from 'node:timers/promises';
import { authorize } from '../../sandbox/authorize.ts';
import type { HttpClient, Loose } from './client.ts';

/** Where connect flows of the tests return to; nothing answers there, arriving is enough. */
export const returnUrl = 'https://vendor.test/connected';

const waitMsMax = 60_000;
/** Runs that others began before ours: more in a row mean that something begins runs without end. */
const triggersMax = 5;
const endedStatuses = ['succeeded', 'failed', 'held', 'cancelled'];

/** The steps that most tests begin with, all of them by the API. `pollMs`: how often it is asked for what is waited for. */
export function createSteps({ call, list }: HttpClient, { pollMs = 50 } = {}) {
  async function waitFor<T>(what: string, timeoutMs: number, look: () => Promise<{ done: T | undefined; seen: unknown }>): Promise<T> {
    let seen: unknown;
    for (const begun = performance.now(); performance.now() - begun < timeoutMs; await sleep(pollMs)) {
      const looked = await look();
      if (looked.done !== undefined) return looked.done;
      seen = looked.seen;
    }
    throw new Error(`${what} within ${timeoutMs} ms: ${JSON.stringify(seen)}`);
  }

  /** Waits for the end of one run. */
  const waitForEnd = ({ runId, timeoutMs = waitMsMax, key }: { runId: string; timeoutMs?: number; key?: string | undefined }) =>
    waitFor<Loose>(`the run ${runId} has not ended`, timeoutMs, async () => {
      const run = await call('GET', `/v1/runs/${runId}`, undefined, { key });
      return { done: endedStatuses.includes(run.status) ? run : undefined, seen: run };
    });

  return {
    /** A provider config that the sandbox accepts, and a sync config for these objects (none: no sync config). */
    async setUpProvider({ provider = 'sandbox', objects, key, ...rest }: SetUpProvider) {
      const client = { client_id: 'sandbox-client', client_secret: 'sandbox-secret' };
      const providerConfig = await call('POST', '/v1/provider-configs', { provider, ...client }, { key });
      if (!objects) return { providerConfig, syncConfig: null };
      const wanted = objects.map((object) => (typeof object === 'string' ? { object } : object));
      return { providerConfig, syncConfig: await call('POST', '/v1/sync-configs', { provider, objects: wanted, ...rest }, { key }) };
    },
    /** The real flow: session, connect page, the provider's consent, callback. Answers what the vendor's page gets. */
    async connectCustomer({
      customerId,
      provider = 'sandbox',
      account = customerId,
      decision = 'allow',
      connectionId,
      key,
    }: ConnectCustomer) {
      await call('PUT', `/v1/customers/${encodeURIComponent(customerId)}`, {}, { key });
      const wanted = { customer_id: customerId, provider, return_url: returnUrl, ...(connectionId ? { connection_id: connectionId } : {}) };
      const session = await call('POST', '/v1/connect-sessions', wanted, { key });
      const isCallback = (at: string) => at.startsWith(returnUrl);
      const returned = await authorize({ url: session.url, account, decision, isCallback });
      const { searchParams } = new URL(returned);
      return {
        status: searchParams.get('status'),
        connectionId: searchParams.get('connection_id') ?? '',
        sessionId: session.id as string,
        returned,
      };
    },
    async findSync({ connectionId, object, key }: { connectionId: string; object: string; key?: string | undefined }): Promise<Loose> {
      const syncs = await list(`/v1/syncs?connection_id=${connectionId}`, { key });
      const sync = syncs.find((candidate) => candidate.object === object);
      if (!sync) throw new Error(`no sync of ${object} for ${connectionId}`);
      return sync;
    },
    /** Waits until the sync has had `count` ended runs (default 1) and none is under way; answers the newest. */
    waitForRun: ({
      syncId,
      count = 1,
      timeoutMs = waitMsMax,
      key,
    }: {
      syncId: string;
      count?: number;
      timeoutMs?: number;
      key?: string | undefined;
    }) =>
      waitFor<Loose>(`the sync ${syncId} has not had ${count} ended runs`, timeoutMs, async () => {
        const runs = await list(`/v1/runs?sync_id=${syncId}`, { key });
        const ended = runs.filter((run) => endedStatuses.includes(run.status));
        return { done: ended.length >= count && ended.length === runs.length ? newest(runs) : undefined, seen: runs };
      }),
    waitForEnd,
    /** Triggers a run and waits for its end. A run that had begun before reads what it was begun for: it is waited for, then asked again. */
    async runSync({ syncId, full = false, key }: { syncId: string; full?: boolean; key?: string | undefined }): Promise<Loose> {
      let run = await call('POST', `/v1/syncs/${syncId}:trigger`, { full }, { key });
      for (let asked = 1; run.status !== 'queued' && asked < triggersMax; asked++) {
        await waitForEnd({ runId: run.id, key });
        run = await call('POST', `/v1/syncs/${syncId}:trigger`, { full }, { key });
      }
      return waitForEnd({ runId: run.id, key });
    },
  };
}

interface SetUpProvider {
  provider?: string;
  /** Names, or whole entries of a sync config. */
  objects?: (string | Record<string, unknown>)[];
  key?: string | undefined;
  /** Further fields of the sync config. */
  [field: string]: unknown;
}

interface ConnectCustomer {
  customerId: string;
  provider?: string;
  /** The sandbox's account, whose name is the remote account's id: any name; default: the customer's id. */
  account?: string;
  decision?: 'allow' | 'deny';
  /** Authorises this connection again. */
  connectionId?: string;
  key?: string | undefined;
}

function newest(runs: Loose[]): Loose {
  return runs.reduce((a, b) => (a.created_at >= b.created_at ? a : b));
}
