import type { Fenced, HubConnection, HubTable, IncomingRecord, QuarantinedRecord, WriteFacts } from './types.ts';

/** What hooks need of a hub. */
export interface HooksOfHub {
  /** Keeps records that a hook's body carried, until they are applied. */
  keepHookPayloads(input: { syncId: string; connection: HubConnection; payloads: { recordId: string; raw: string }[] }): Promise<void>;
  /** Those of some records, in the order in which they came. */
  readHookPayloads(input: { syncId: string; recordIds: string[] }): Promise<HookPayload[]>;
  /** One transaction: fence → records → deletes → news. Neither generation nor position of the sync's reads is touched. */
  writeHooked(input: HookedInput): Promise<HookedFacts>;
  /** What was written and not announced. null: nothing. */
  readHookNews(syncId: string): Promise<HookNews | null>;
  /** It has been announced up to there. */
  dropHookNews(input: { syncId: string; lastSeq: bigint }): Promise<void>;
  /** Which of some records wait until the first load of their connection has ended. */
  findLate(input: { syncId: string; table: HubTable; connection: HubConnection; recordIds: string[] }): Promise<string[]>;
  /** Forgets what hooks carried to a sync that does not run. */
  dropHookPayloads(syncId: string): Promise<void>;
  /** Forgets payloads whose sync was removed before they were applied. */
  dropOldHookPayloads(): Promise<void>;
}

export interface HookPayload {
  number: string;
  recordId: string;
  raw: string;
}

export interface HookedInput extends Fenced {
  table: HubTable;
  connection: HubConnection;
  records: IncomingRecord[];
  quarantined: QuarantinedRecord[];
  observed?: readonly string[] | undefined;
  versions?: { runId: string } | undefined;
  /** Records that a get by id reported gone; `askedSeq` was noted before it was asked. */
  gone: { id: string; askedSeq: bigint }[];
  /** A run is in progress: a delete of a record that is not there yet leaves a tombstone, or an older page would bring it back. */
  marksUnknown: boolean;
  /** May so many be deleted? `known` is counted only where `deletes` are more than `countsFromDeletes`. */
  mayDelete: (count: { known: number; deletes: number; deletedLastDay: number }) => boolean;
  countsFromDeletes: number;
  /** Numbers of payloads that are done with. */
  payloads: string[];
}

export interface HookedFacts extends WriteFacts {
  /** New records of a connection whose first load is under way: the load goes in by COPY, so they wait until it has ended. */
  late: string[];
  /** Came without having been asked for, about records that are not there (any more): they have to be read by their ids. */
  unsure: string[];
  /** Reported gone, and never stored here: they may be so new that a get by id does not show them yet. */
  absent: string[];
  /** The guard did not allow the deletes: none of them was done. */
  isGuarded: boolean;
}

export interface HookNews {
  inserted: number;
  updated: number;
  deleted: number;
  firstSeq: bigint;
  lastSeq: bigint;
}
