import { setTimeout as sleep } from 'node:timers/promises';
import { authorize } from '../sandbox/authorize.ts';
import { createControl } from '../sandbox/control-client.ts';
import { createSyncline, type RecordEntry, type Run, type Syncline } from '../sdk/src/index.ts';
import type { Product } from './product.ts';
import type { Terminal } from './terminal.ts';

/** Where the vendor's page would be; arriving there ends the connect flow. */
const returnUrl = 'https://vendor.example/connected';
/** The sandbox accepts this client for every provider that it plays. */
const oauthClient = { client_id: 'sandbox-client', client_secret: 'sandbox-secret' };
const runSecondsMax = 120;
const pollMs = 100;

/** A SaaS vendor with an application of its own, speaking to the product as a vendor would: through the SDK. */
export interface Vendor {
  name: string;
  sdk: Syncline;
  /** The schema in which SQL finds the vendor's tables. */
  schema: string;
  connections: Map<string, string>;
}

export async function createVendor(product: Product, name: string): Promise<Vendor> {
  const operator = createSyncline({ baseUrl: product.url, apiKey: product.operatorKey });
  const { api_key } = await operator.applications.create({ name, return_urls: [returnUrl] });
  const sdk = createSyncline({ baseUrl: product.url, apiKey: api_key.key });
  const { data } = await sdk.destinations.list();
  return { name, sdk, schema: data[0]!.schema, connections: new Map() };
}

type Strategy = NonNullable<Parameters<Syncline['syncConfigs']['create']>[0]['strategy']>;

/** The vendor's whole set-up of a provider: an OAuth client, and an order for every customer who connects. */
export async function offerProvider({ sdk }: Vendor, provider: string, objects: string[], strategy: Strategy = 'full_then_incremental') {
  await sdk.providerConfigs.create({ provider, ...oauthClient });
  await sdk.syncConfigs.create({ provider, strategy, objects: objects.map((object) => ({ object })) });
}

/** A customer connects through the real authorization-code flow: connect page, sign-in and consent at the provider, callback. */
export async function connectCustomer(
  vendor: Vendor,
  { customer, provider, account }: { customer: string; provider: string; account: string },
) {
  await vendor.sdk.customers.upsert(customer, { name: customer });
  const session = await vendor.sdk.connectSessions.create({ customer_id: customer, provider, return_url: returnUrl });
  const returned = await authorize({ url: session.url, account, isCallback: (url) => url.startsWith(returnUrl) });
  const { searchParams } = new URL(returned);
  const connectionId = searchParams.get('connection_id');
  if (!connectionId) throw new Error(`${customer} could not connect ${provider}: ${searchParams.get('error') ?? returned}`);
  vendor.connections.set(`${customer}/${provider}`, connectionId);
}

/** Waits for the first run of every sync of these connections. */
export async function firstRuns(
  vendor: Vendor,
  connectionIds: string[],
  expected: number,
  terminal: Terminal,
  title: string,
): Promise<Run[]> {
  const syncs = (await Promise.all(connectionIds.map((connection_id) => all(vendor.sdk.syncs.list({ connection_id }))))).flat();
  const newest = async (sync_id: string) => (await all(vendor.sdk.runs.list({ sync_id })))[0];
  return watch(terminal, title, expected, () => Promise.all(syncs.map(({ id }) => newest(id))));
}

/** Asks every sync of these connections to look for changes now, and waits. */
export async function syncNow(
  vendor: Vendor,
  connectionIds: string[],
  terminal: Terminal,
  title: string,
  input: { full?: boolean } = {},
): Promise<Run[]> {
  const syncs = (await Promise.all(connectionIds.map((connection_id) => all(vendor.sdk.syncs.list({ connection_id }))))).flat();
  const runs = await Promise.all(syncs.map(({ id }) => vendor.sdk.syncs.trigger(id, input)));
  return watch(terminal, title, 0, () => Promise.all(runs.map(({ id }) => vendor.sdk.runs.get(id))));
}

/** Everything that a list holds. */
export async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}

/** From a cursor (or the beginning) to the end of the change feed. */
export async function readChanges(vendor: Vendor, provider: string, object: string, options: { customer?: string; cursor?: string }) {
  const changes: RecordEntry[] = [];
  const { customer, cursor: begin } = options;
  let cursor = begin;
  const filter = { ...(customer ? { customer_id: customer } : {}), ...(begin ? { cursor: begin } : {}) };
  for await (const batch of vendor.sdk.records.changes(provider, object, filter)) {
    changes.push(...batch.changes);
    cursor = batch.cursor;
  }
  return { changes, cursor: cursor! };
}

export function controlOf(product: Product) {
  return createControl(product.sandboxUrl);
}

async function watch(terminal: Terminal, title: string, expected: number, look: () => Promise<(Run | undefined)[]>): Promise<Run[]> {
  return terminal.progress(title, async (report) => {
    for (const begun = performance.now(); performance.now() - begun < runSecondsMax * 1000; await sleep(pollMs)) {
      const runs = await look();
      const fetched = runs.reduce((sum, run) => sum + (run?.fetched ?? 0), 0);
      const isDone = runs.every((run) => run && !['queued', 'running'].includes(run.status));
      // What the runs expect of themselves, where they know it.
      const estimated = runs.reduce((sum, run) => sum + (run?.progress.total_estimate ?? 0), 0);
      report(fetched, isDone ? fetched : estimated || expected);
      if (!isDone) continue;
      const failed = runs.find((run) => run!.status === 'failed' || run!.status === 'cancelled');
      if (failed) throw new Error(`the run of ${failed.provider} ${failed.object} is ${failed.status}: ${failed.error_message}`);
      return runs as Run[];
    }
    throw new Error(`${title}: not done within ${runSecondsMax} s`);
  });
}
