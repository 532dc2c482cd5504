import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What a process counts, in Prometheus' text format. One registry per product: two in one process do not mix. */
export interface Metrics {
  contentType: string;
  text(): Promise<string>;
  requestEnded(request: { method: string; route: string; status: number; seconds: number }): void;
  sliceEnded(slice: { outcome: string; seconds: number }): void;
  rowsWritten(rows: { inserted: number; updated: number; deleted: number; unchanged: number; quarantined: number }): void;
  /** A hook that came: its records, by what became of them. `refused` ones have no provider that could be believed. */
  hookReceived(hook: { provider: string; outcome: 'noted' | 'unrouted' | 'refused'; records: number }): void;
  /** `status` is null when no answer came. `host` is bounded: a captured host is its provider's name. */
  providerAnswered(answer: { host: string; status: number | null }): void;
  /** A webhook of ours to a vendor; `status` is null when no answer came. Endpoints have no names here: there are as many as vendors want. */
  webhookAnswered(answer: { status: number | null; seconds: number }): void;
  /** `read` is asked at each scrape. */
  watchQueueDepth(read: () => Promise<number>): void;
}

const requestSecondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const webhookSecondsBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const sliceSecondsBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of HTTP requests by route pattern.',
    labelNames: ['method', 'route', 'status'],
    buckets: requestSecondsBuckets,
    registers,
  });
  const slices = new Histogram({
    name: 'sync_slice_duration_seconds',
    help: 'Duration of slices of runs, by how they ended; every run ends in a slice of its own status.',
    labelNames: ['outcome'],
    buckets: sliceSecondsBuckets,
    registers,
  });
  const rows = new Counter({
    name: 'hub_write_rows_total',
    help: 'Records that met a hub, by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  const providerRequests = new Counter({
    name: 'provider_requests_total',
    help: "Requests to providers, token endpoints included, by host (the provider where hosts are customers' own) and status.",
    labelNames: ['host', 'status'],
    registers,
  });
  const hooks = new Counter({
    name: 'hook_records_total',
    help: 'Records that providers told of by their hooks, by what became of the notice; a refused request counts one.',
    labelNames: ['provider', 'outcome'],
    registers,
  });
  const webhooks = new Histogram({
    name: 'webhook_request_duration_seconds',
    help: 'Duration of webhooks to vendors until their answer begins, by its kind (2xx … 5xx); none: no answer came.',
    labelNames: ['status'],
    buckets: webhookSecondsBuckets,
    registers,
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    requestEnded: ({ seconds, ...labels }) => requests.observe(labels, seconds),
    sliceEnded: ({ outcome, seconds }) => slices.observe({ outcome }, seconds),
    rowsWritten(counts) {
      for (const [outcome, count] of Object.entries(counts)) rows.inc({ outcome }, count);
    },
    hookReceived: ({ records, ...labels }) => hooks.inc(labels, records),
    providerAnswered: ({ host, status }) => providerRequests.inc({ host, status: status ?? 'none' }),
    webhookAnswered: ({ status, seconds }) => webhooks.observe({ status: kindOf(status) }, seconds),
    watchQueueDepth(read) {
      new Gauge({
        name: 'queue_jobs',
        help: 'Jobs that wait or run.',
        registers,
        async collect() {
          this.set(await read());
        },
      });
    },
  };
}

/** Receivers may answer with any number. */
function kindOf(status: number | null): string {
  if (status === null) return 'none';
  return status >= 200 && status < 600 ? `${Math.floor(status / 100)}xx` : 'other';
}
