import type { Row } from './types.ts';

/** Writes that are remembered per store; older ones are forgotten, as a provider's feed forgets them. */
const changesMax = 20_000;

/**
 * Every write of a store in the order of writing, behind positions that count from 1. What becomes visible late stands at its own
 * place all the same, before others that could be seen already.
 */
export class ChangeLog {
  private rows: (Row | null)[] = [];
  private forgotten = 0;

  /** The position of the newest write; 0 before the first. */
  get newest(): number {
    return this.forgotten + this.rows.length;
  }

  /** The newest write that can be seen and happened before a time; 0, or the last that is forgotten, where there is none. */
  newestBefore(time: number): number {
    const index = this.rows.findLastIndex((row) => row !== null && row.writtenAt < time);
    return this.forgotten + index + 1;
  }

  /** The position before the first write that is not visible yet. */
  get settled(): number {
    const hidden = this.rows.indexOf(null);
    return hidden === -1 ? this.newest : this.forgotten + hidden;
  }

  /** Takes the place of a write. */
  reserve(): number {
    this.rows.push(null);
    if (this.rows.length > 2 * changesMax) this.forget(changesMax);
    return this.newest;
  }

  /** The write at this place can be seen. */
  show(position: number, row: Row): void {
    const index = position - this.forgotten - 1;
    if (index >= 0) this.rows[index] = row;
  }

  /** Forgets everything but the last `kept` writes. */
  forget(kept = 0): void {
    const count = Math.max(this.rows.length - kept, 0);
    this.forgotten += count;
    this.rows = this.rows.slice(count);
  }

  /** The visible writes behind a position; null when some of them are forgotten, or the position was never given. */
  after(position: number): { position: number; row: Row }[] | null {
    if (position < this.forgotten || position > this.newest) return null;
    const behind = this.rows.slice(position - this.forgotten);
    return behind.flatMap((row, i) => (row === null ? [] : [{ position: position + i + 1, row }]));
  }
}
