import type { QuarantinedRecord } from './types.ts';

/** A record that is set aside, as people see it: its content stays in the hub. */
export interface SetAside {
  id: string;
  syncId: string;
  connectionId: string;
  /** null: the record has no id. */
  recordId: string | null;
  reason: QuarantinedRecord['reason'];
  detail: string;
  /** Bytes that are kept of it. */
  bytes: number;
  /** How often it was tried; what the table itself refused is tried by every run. */
  attempts: number;
  quarantinedAt: Date;
  retryRequestedAt: Date | null;
}

export interface QuarantineOfHub {
  listQuarantined(input: { syncId: string; after: string | null; rowsMax: number }): Promise<SetAside[]>;
  findQuarantined(id: string): Promise<SetAside | null>;
  /** Notes that somebody asked for another look; the record leaves when it has been stored. */
  markRetried(id: string): Promise<void>;
}
