import type { Json, ReadKind } from '../kit/index.ts';
import type { HeldDeletesOfHub } from './held-types.ts';
import type { HooksOfHub } from './hook-types.ts';
import type { ShapeChange } from './learn-shape.ts';
import type { QuarantineOfHub } from './quarantine-types.ts';
import type { HubRun } from './readers/types.ts';

/** One hub: the record tables of an application in a destination. Everything stands in one schema. */
export interface Hub extends HeldDeletesOfHub, QuarantineOfHub, HooksOfHub {
  readonly schema: string;
  /** The registry's table of (provider, object); created when absent. */
  ensureTable(provider: string, object: string): Promise<HubTable>;
  /** The table of an object whose records stand as a list in another table's. */
  ensureUnfolded(parent: HubTable, object: string): Promise<HubTable>;
  findTable(provider: string, object: string): Promise<HubTable | null>;
  /** The connection's number in this hub, given once and kept. */
  ensureConnection(input: { connectionId: string; customerId: string }): Promise<HubConnection>;

  /** The checkpoint as committed, with the fence that wrote it. */
  readCheckpoint(syncId: string): Promise<Checkpoint | null>;
  /** The same for a worker that takes over: raises the fence in the same statement, so that nothing older commits after what it read. */
  takeCheckpoint(input: Fenced): Promise<Checkpoint | null>;
  /** The last drawn seq: noted before a page is asked for, it is the clock that orders observations. */
  lastDrawnSeq(): Promise<bigint>;
  /** The first live record of the connection behind `after`, in the order of ids; null: there is none. */
  nextRecordId(input: { provider: string; object: string; connection: HubConnection; after: string }): Promise<string | null>;

  /** Begins a read: takes the fence, clears what an unfinished read left (seen rows, staged deletes), notes the horizon. */
  beginRead(
    input: Fenced & Running & { table: HubTable; connection: HubConnection; kind: ReadKind; checkpoint: (begun: BegunRead) => Json },
  ): Promise<BegunRead>;
  /** One transaction: fence → probe → register → write → seen → stage deletes → quarantine → checkpoint. */
  writeSlice(input: SliceInput): Promise<WriteFacts>;
  /** At the clean end of a read: what would be deleted, counted without registering as a writer. */
  countDeletes(input: EndedRead & { sampleMax: number }): Promise<DeleteCount>;
  /** Deletes at most `rowsMax` of what the ended read says is gone; `remaining` false ends the generation in the same transaction. */
  deleteBatch(
    input: Fenced & Running & EndedRead & { rowsMax: number; checkpoint: (facts: WriteFacts, remaining: boolean) => Json },
  ): Promise<WriteFacts & { remaining: boolean }>;
  /** The guard spoke: stores ids, reason and seq bound and moves the checkpoint in one transaction. Deletes nothing. */
  holdDeletes(input: Fenced & Running & EndedRead & { reason: string; runId: string; checkpoint: (held: number) => Json }): Promise<number>;
  /** Only the checkpoint: set, reset, or moved without records. `fence` must be the current one or higher. */
  writeCheckpoint(input: Fenced & Running & { state: Json }): Promise<void>;

  /** New fields and types that writes of this sync found, after the change of that number. */
  listShapeChanges(input: { syncId: string; after: bigint; rowsMax: number }): Promise<ShapeChange[]>;

  /** Empties at most `rowsMax` records of a connection into content-free tombstones and clears its quarantine. */
  purgeBatch(input: { connectionId: string; rowsMax: number }): Promise<{ purged: number; remaining: boolean }>;
  /** Removes at most `rowsMax` tombstones that are older than the configured days; cursors that may have missed one expire. */
  dropTombstones(input: { rowsMax: number }): Promise<{ dropped: number; remaining: boolean }>;
}

export interface HubTable {
  provider: string;
  object: string;
  /** Unquoted name inside the hub's schema. */
  name: string;
}

export interface HubConnection {
  number: number;
  connectionId: string;
  customerId: string;
  /** How far the provider's clock may be ahead of ours, by its last answer; absent: it shows none, or nothing was asked. */
  providerAheadMs?: number;
}

/** A slice whose fence is lower than the checkpoint's row aborts with `FenceLost`: another worker took over. */
export interface Fenced {
  syncId: string;
  fence: bigint;
}

/** The run as it stands after this very transaction: asked for once the new checkpoint is made, and written with it. */
export interface Running {
  run?: (() => HubRun) | undefined;
}

export interface Checkpoint {
  fence: bigint;
  state: Json;
}

export interface BegunRead {
  /** Number of this read; seen rows and staged deletes carry it. */
  generation: bigint;
  /** The feed horizon when the read began: what has a higher seq was written by another path and is left alone. */
  horizon: bigint;
  /** The table refused records of this connection, and they can be tried again. */
  hasRefused: boolean;
}

export interface EndedRead {
  syncId: string;
  table: HubTable;
  connection: HubConnection;
  generation: bigint;
  horizon: bigint;
  /**
   * What the end proves about records that were not met. `complete`: they are gone. `approximate`: gone only after two
   * consecutive clean reads miss them (the hub remembers who was missed once), or when listed in `confirmedGone`.
   * `none`: nothing (incremental reads): only staged delete signals count.
   */
  absence: 'complete' | 'approximate' | 'none';
  /** Ids that a get by id reported gone (approximate reads). */
  confirmedGone: string[];
}

export interface DeleteCount {
  /** Live records of this connection and object. 0 where nothing would be deleted: not counted. */
  known: number;
  /** Live records that would be deleted now. */
  deletes: number;
  /** Deletes of this connection and object in the last 24 h, for the guard. 0 where nothing waits to be deleted: not counted. */
  deletedLastDay: number;
  /** Missed for the first time by an approximate read: candidates for a get by id, at most `sampleMax`. */
  missedOnce: string[];
}

export interface SliceInput extends Fenced, Running {
  table: HubTable;
  connection: HubConnection;
  generation: bigint;
  /** Full reads mark everything they meet as seen. */
  marksSeen: boolean;
  records: IncomingRecord[];
  /** In place of `records`: as long as nothing has changed, nobody has to open them. */
  unopened?: { batches: readonly RecordBatch[]; open: () => IncomingRecord[] } | undefined;
  quarantined: QuarantinedRecord[];
  /** Paths whose change is a change; the hashes of the records are over them. Absent: the whole record counts. */
  observed?: readonly string[] | undefined;
  /** Fields and types that were not there before are noted: as news, or (the first full read) as what is there. Absent: nobody looks. */
  shape?: 'first' | 'news';
  /** Records that the table had refused and the hub kept: nobody met them at the provider now, so that nothing but their storing is noted. */
  isRetry?: boolean;
  /** Keeps every version beside the table, marked with this run. Absent: only what stands now is kept. */
  versions?: { runId: string } | undefined;
  /** Ids that were met without their records: they are marked as seen, and nothing else is done to them. */
  keys?: string[];
  /** Lists inside the records that become records of their own, in this transaction; null: the record has no such list. */
  children?: {
    table: HubTable;
    unfold: (record: IncomingRecord) => { records: IncomingRecord[]; quarantined: QuarantinedRecord[] } | null;
  }[];
  /** The new checkpoint, from what this very transaction did: counters and position commit together with the records. */
  checkpoint: (facts: WriteFacts) => Json;
}

/** Records, all alive and as they came, in the form that Postgres is asked with: the elements of array parameters. */
export interface RecordBatch {
  count: number;
  /** Elements of a text[]. */
  ids: Uint8Array;
  /** Elements of a bytea[]: id and hash as one value. */
  idHashes: Uint8Array;
}

/** A record on its way into a hub. */
export interface IncomingRecord {
  /** The provider's id; composite keys as one canonical text. Never empty. */
  id: string;
  /** 16 bytes over the record's bytes as they came, one a character (latin1). */
  hash: string;
  /** The record's JSON text. What jsonb refuses (U+0000, lone surrogates) is already replaced visibly. */
  raw: Buffer;
  /** The provider's modified time (deletion time for a delete signal). */
  modifiedAt: Date | null;
  /** The provider says that it is deleted: staged, and applied after the guard at the clean end of the read. */
  isDeleted: boolean;
  /** True where values were replaced because jsonb refuses them; the record says so in a system field. */
  isSanitised: boolean;
  /** The hub's last drawn seq, noted before this record's page was asked for; 0 for answers of lagging indexes. */
  askedSeq: bigint;
  /** An item of a feed: what the same read brings behind it is newer, whatever the times say. */
  isInOrder?: boolean;
}

/** What could not be stored as a record: kept aside with its reason, in the same transaction. */
export interface QuarantinedRecord {
  /** null: the record had no id. */
  id: string | null;
  /** `row_refused`: by a constraint or trigger that the vendor added to the table; given by the hub only. */
  reason: 'id_missing' | 'too_large' | 'json_refused' | 'malformed' | 'row_refused';
  detail: string;
  /** The bytes as they came, cut at a bound. */
  raw: Buffer;
  /** As it would have been stored, where it is the table that refused it: it is tried again without asking the provider. */
  record?: IncomingRecord;
}

/** What one transaction did to the hub. */
export interface WriteFacts {
  inserted: number;
  updated: number;
  deleted: number;
  unchanged: number;
  quarantined: number;
  /** null: nothing was written. */
  firstSeq: bigint | null;
  lastSeq: bigint | null;
  /** Records that a read of everything met more than once, beyond the first time. */
  duplicates?: number;
  /** The same of objects that are unfolded from these records. */
  unfolded?: UnfoldedFacts[];
}

export interface UnfoldedFacts extends Omit<WriteFacts, 'unchanged' | 'unfolded'> {
  object: string;
}
