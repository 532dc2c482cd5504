import type { Row } from './types.ts';

/** Writes that are remembered per store; older ones are forgotten, as a provider's feed forgets them. */
const changesMax = 20_000;

/** Every write of a store in the order in which readers could see it, behind positions that count from 1. */
export class ChangeLog {
  private rows: Row[] = [];
  private forgotten = 0;

  /** The position of the newest write; 0 before the first. */
  get newest(): number {
    return this.forgotten + this.rows.length;
  }

  add(row: Row): void {
    this.rows.push(row);
    if (this.rows.length > 2 * changesMax) this.forget(changesMax);
  }

  /** Forgets everything but the last `kept` writes. */
  forget(kept = 0): void {
    const count = Math.max(this.rows.length - kept, 0);
    this.forgotten += count;
    this.rows = this.rows.slice(count);
  }

  /** The writes behind a position; null when some of them are forgotten, or the position was never given. */
  after(position: number): { position: number; row: Row }[] | null {
    if (position < this.forgotten || position > this.newest) return null;
    const first = position - this.forgotten;
    return this.rows.slice(first).map((row, i) => ({ position: position + i + 1, row }));
  }
}
