export interface RangesOfHub {
  /**
   * Records of a connection whose last change lies in the range: what has been changed or emptied since is not among them.
   * `nextSeq`: where the next part begins; null: there is no more.
   */
  readRange(input: {
    provider: string;
    object: string;
    connectionId: string;
    firstSeq: bigint;
    lastSeq: bigint;
    rowsMax: number;
    bytesMax: number;
  }): Promise<{ records: Buffer; count: number; nextSeq: bigint | null }>;
}
