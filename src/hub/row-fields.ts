const fieldCountBytes = 2;
const lengthBytes = 4;
const jsonbVersionBytes = 1;
const arrayHeadBytes = 5 * 4;
const nothing = Buffer.alloc(0);

/** Reads the fields of a row in COPY's binary format one after the other. One reader serves all rows of a page. */
export class RowFields {
  #row: Buffer = nothing;
  #at = 0;

  begin(row: Buffer): void {
    this.#row = row;
    this.#at = fieldCountBytes;
  }

  /** int8, as a number: seqs and microseconds stay below 2^53 for as long as anybody will read them. */
  integer(): number | null {
    const end = this.#next();
    if (end === null) return null;
    const value = this.#row.readInt32BE(this.#at) * 2 ** 32 + this.#row.readUInt32BE(this.#at + 4);
    this.#at = end;
    return value;
  }

  int(): number | null {
    const end = this.#next();
    if (end === null) return null;
    const value = this.#row.readInt32BE(this.#at);
    this.#at = end;
    return value;
  }

  bool(): boolean {
    const end = this.#next();
    if (end === null) return false;
    const value = this.#row[this.#at] === 1;
    this.#at = end;
    return value;
  }

  text(): string {
    const end = this.#next() ?? this.#at;
    const value = this.#row.toString('utf8', this.#at, end);
    this.#at = end;
    return value;
  }

  skip(): void {
    this.#at = this.#next() ?? this.#at;
  }

  /** The bytes of the JSON text, valid for as long as the row is. */
  json(): Buffer {
    const end = this.#next() ?? this.#at;
    const value = this.#row.subarray(this.#at + jsonbVersionBytes, end);
    this.#at = end;
    return value;
  }

  /** text[] of one dimension: its number of dimensions, whether nulls are in it, its type, then size and lower bound, then the elements. */
  texts(): (string | null)[] | null {
    const end = this.#next();
    if (end === null) return null;
    const values: (string | null)[] = [];
    for (let at = this.#at + arrayHeadBytes; at < end; ) {
      const length = this.#row.readInt32BE(at);
      at += lengthBytes;
      values.push(length < 0 ? null : this.#row.toString('utf8', at, at + length));
      if (length > 0) at += length;
    }
    this.#at = end;
    return values;
  }

  /** The field's end; reading stands at its start. null: the field is null. */
  #next(): number | null {
    const length = this.#row.readInt32BE(this.#at);
    this.#at += lengthBytes;
    return length < 0 ? null : this.#at + length;
  }
}
