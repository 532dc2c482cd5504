import type { Submittable } from 'pg';

/** A row in COPY's binary format: two bytes of field count, then length and bytes of each field. Valid during the call only. */
export type OnRow = (row: Buffer) => void;

const signatureBytes = 11;
const headerBytes = signatureBytes + 8; // signature, flags, length of an empty extension
const trailerBytes = 2;
const signatureFirstByte = 0x50; // 'P'; a row begins with the high byte of its field count, which is 0

/**
 * COPY … TO STDOUT (FORMAT BINARY) as a query of pg's, which hands over every row as the bytes that came. Rows of ordinary
 * queries are decoded to strings first, column by column: twice the work for what is spliced into an answer as it is.
 * The server sends each row in a message of its own. https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 */
export class CopyOut implements Submittable {
  readonly done: Promise<void>;
  readonly #text: string;
  readonly #onRow: OnRow;
  #failure: Error | null = null;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(text: string, onRow: OnRow) {
    this.#text = text;
    this.#onRow = onRow;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: unknown): void {
    (connection as { query(text: string): void }).query(this.#text);
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    if (this.#failure) return;
    const row = chunk[0] === signatureFirstByte ? chunk.subarray(headerBytes) : chunk;
    if (row.length <= trailerBytes) return;
    try {
      this.#onRow(row);
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  handleCommandComplete(): void {
    // ReadyForQuery follows.
  }

  handleReadyForQuery(): void {
    if (this.#failure) this.#reject(this.#failure);
    else this.#resolve();
  }

  handleError(error: Error): void {
    this.#reject(error);
  }
}
