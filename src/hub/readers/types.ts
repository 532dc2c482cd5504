/** A run as it stands in the hub beside its records. */
export interface HubRun {
  runId: string;
  syncId: string;
  /** The connection's number in this hub. */
  connection: number;
  connectionId: string;
  customerId: string;
  provider: string;
  object: string;
  kind: string;
  trigger: string;
  status: string;
  errorCode: string | null;
  slices: number;
  fetched: number;
  inserted: number;
  updated: number;
  deleted: number;
  unchanged: number;
  quarantined: number;
  firstSeq: bigint | null;
  lastSeq: bigint | null;
  startedAt: Date | null;
  finishedAt: Date | null;
}

export interface ReadersOfHub {
  /** Creates the role, secures every table if none was issued before, and lets it read. `verifier`: SCRAM, never the password. */
  grantReader(input: {
    role: string;
    credentialId: string;
    /** null: all customers. */
    customerId: string | null;
    verifier: string;
    connectionsMax: number;
    statementSeconds: number;
    /** The database is ours: what every role of it may do by itself is taken away where that harms others. */
    isOurs: boolean;
  }): Promise<void>;
  rotateReader(input: { role: string; verifier: string }): Promise<void>;
  /** It sees nothing from this moment, whether or not its sessions can be ended. */
  revokeReader(input: { role: string }): Promise<void>;
  /** A run that ended without a slice. Slices write theirs in their own transaction. `isNew`: it may be unknown to the hub so far. */
  writeRun(run: HubRun, options: { isNew: boolean }): Promise<void>;
  /** Forgets runs that ended longer ago than these days, a batch a call. */
  dropRuns(input: { days: number; rowsMax: number }): Promise<{ dropped: number; remaining: boolean }>;
}
