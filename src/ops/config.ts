import type { Secret } from '../base/secret.ts';

/** Everything the product needs to know about where it runs. Parsed once, from the environment, by `parseConfig` only. */
export interface Config {
  environment: 'development' | 'production';
  /** null: start the embedded Postgres (development). */
  databaseUrl: Secret | null;
  /** Where the embedded Postgres, generated keys and the demo application's API key lie. */
  dataDir: string;
  port: number;
  host: string;
  /** The API as browsers and providers reach it: redirect URIs and connect links are built from it. No trailing slash. */
  publicUrl: string;
  /** Vault keys, first seals, all open: `k2:<base64 of 32 bytes>,k1:…` */
  encryptionKeys: { id: string; key: Buffer }[];
  /** sha-256 compared; creates applications through the API. null: the CLI only. */
  operatorKey: Secret | null;
  /** Slices in flight per worker process. */
  workerConcurrency: number;
  /** Connections of the control-plane pool per process. */
  poolMax: number;
  /** Connections of the hub pool (record writes and listings) per process and destination. */
  hubPoolMax: number;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /**
   * Development and tests: real origins → local stand-ins, e.g. `{"https://api.hubapi.com": "http://127.0.0.1:4010/hubspot"}`; `*` may
   * stand for one host label. Everything above the socket (patterns, origin checks) sees the real URL. Production refuses it.
   */
  originOverrides: Record<string, string>;
  /** Development and tests: outgoing requests may reach private addresses. Production refuses unless set by SYNCLINE_ALLOW_PRIVATE. */
  allowPrivateAddresses: boolean;
  /** `host:port` where issued SQL roles find the hosted Postgres; null: what DATABASE_URL says. */
  sqlAddress: string | null;
  /** True in tests only: the database's clock offset may be set. */
  testClock: boolean;
  limits: Limits;
}

/** Bounds that an operator may change; every one has a unit in its name. */
export interface Limits {
  sliceSecondsMax: number;
  slicePagesMax: number;
  transactionRowsMax: number;
  transactionBytesMax: number;
  /** Longer than requestTimeoutSeconds, or one slow answer costs a worker its lease; a worker that was killed is replaced after it. */
  leaseSeconds: number;
  tickSeconds: number;
  requestTimeoutSeconds: number;
  /** Time-outs, cut connections and 5xx in a row that a run sits out, with growing waits, before it fails. */
  requestRetriesMax: number;
  responseBytesMax: number;
  recordBytesMax: number;
  guardDeletesMax: number;
  guardShareMax: number;
  guardShareFromRows: number;
  tombstoneDays: number;
  /**
   * How long what a provider's hook told of waits when it cannot be taken yet, because the first load is under way or the provider's own
   * copy lags behind its hook.
   */
  hookPauseSeconds: number;
  /** One attempt of one webhook, from the connection to the end of the answer. */
  webhookTimeoutSeconds: number;
  /** Attempts of one delivery before it is given up (dead); it can be replayed. */
  webhookAttemptsMax: number;
  /** The longest wait between two attempts, also where the receiver asks for more. */
  webhookWaitSecondsMax: number;
  /** Events, and deliveries of them, are kept this long; cursors of older ones expire. */
  eventDays: number;
  /** Runs stand beside the records in the hub this long. */
  runDays: number;
  /** A request that follows the records ends after this, and is asked again from where it was. */
  followSecondsMax: number;
}

export const defaultLimits: Limits = {
  sliceSecondsMax: 2,
  slicePagesMax: 200,
  transactionRowsMax: 10_000,
  transactionBytesMax: 6 * 1024 * 1024,
  leaseSeconds: 45,
  tickSeconds: 5,
  requestTimeoutSeconds: 30,
  requestRetriesMax: 8,
  responseBytesMax: 64 * 1024 * 1024,
  recordBytesMax: 8 * 1024 * 1024,
  guardDeletesMax: 500,
  guardShareMax: 0.2,
  guardShareFromRows: 100,
  tombstoneDays: 30,
  hookPauseSeconds: 5,
  webhookTimeoutSeconds: 10,
  webhookAttemptsMax: 10,
  webhookWaitSecondsMax: 43_200,
  eventDays: 30,
  runDays: 90,
  followSecondsMax: 300,
};
