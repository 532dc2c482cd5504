import type { Model, Row } from './types.ts';

/** What was written, by id and in the three orders that listings ask for. Sorted when asked, once per change. */
export class EditIndex {
  private readonly map = new Map<string, Row>();
  private readonly model: Model;
  private sorted: { byId?: Row[]; byUpdated?: Row[]; byVersion?: Row[] } = {};

  constructor(model: Model) {
    this.model = model;
  }

  get size(): number {
    return this.map.size;
  }

  has(id: string): boolean {
    return this.map.has(id);
  }

  get(id: string): Row | undefined {
    return this.map.get(id);
  }

  set(row: Row): void {
    this.map.set(row.id, row);
    this.sorted = {};
  }

  clear(): void {
    this.map.clear();
    this.sorted = {};
  }

  rows(): Iterable<Row> {
    return this.map.values();
  }

  byIdAfter(after: string | null): Row[] {
    const { compareIds } = this.model;
    this.sorted.byId ??= [...this.map.values()].sort((a, b) => compareIds(a.id, b.id));
    return after === null ? this.sorted.byId : from(this.sorted.byId, (row) => compareIds(row.id, after) > 0);
  }

  byUpdatedWhere(holds: (row: Row) => boolean): Row[] {
    const { compareIds } = this.model;
    this.sorted.byUpdated ??= [...this.map.values()].sort((a, b) => a.updatedAt - b.updatedAt || compareIds(a.id, b.id));
    return from(this.sorted.byUpdated, holds);
  }

  byVersionFrom(version: number): Row[] {
    this.sorted.byVersion ??= [...this.map.values()].sort((a, b) => a.version - b.version);
    return from(this.sorted.byVersion, (row) => row.version >= version);
  }
}

/** The tail of a sorted list that begins with the first row that holds. */
function from(rows: Row[], holds: (row: Row) => boolean): Row[] {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(rows[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low === 0 ? rows : rows.slice(low);
}
