import type { IncomingRecord } from '../../hub/types.ts';

type Fields = Omit<IncomingRecord, 'raw'>;

/**
 * A record of a page. Its bytes are a range of the page's until somebody asks for them: thousands of records wait for their
 * transaction at a time, and a Buffer for each is more than anything else about it, and never asked for when nothing changed.
 */
export class PageRecord implements IncomingRecord {
  id: string;
  hash: string;
  readonly modifiedAt: Date | null;
  readonly isDeleted: boolean;
  readonly isSanitised: boolean;
  readonly askedSeq: bigint;
  private readonly body: Buffer;
  private readonly start: number;
  private readonly end: number;

  constructor({ id, hash, modifiedAt, isDeleted, isSanitised, askedSeq }: Fields, body: Buffer, start: number, end: number) {
    this.id = id;
    this.hash = hash;
    this.modifiedAt = modifiedAt;
    this.isDeleted = isDeleted;
    this.isSanitised = isSanitised;
    this.askedSeq = askedSeq;
    this.body = body;
    this.start = start;
    this.end = end;
  }

  get raw(): Buffer {
    return this.body.subarray(this.start, this.end);
  }
}
