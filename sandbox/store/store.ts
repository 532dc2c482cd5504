import type { JsonObject } from '../json.ts';
import { ChangeLog } from './change-log.ts';
import { EditIndex } from './edits.ts';
import { isListed, mergeFields, withoutHistory } from './rows.ts';
import type { Deleted, Entry, Model, Row } from './types.ts';

/** A write that readers see only later. */
interface Pending {
  row: Row;
  /** Its place in the log of changes. */
  position: number;
  visibleAt: number;
}

export interface WriteOptions {
  /** The provider's present. */
  now: number;
  updatedAt?: number;
  createdAt?: number;
  /** How long readers do not see the write. */
  lagMs?: number;
}

/** Hears of a write when readers see it; `row.previous` is what stood there before. */
export type WriteListener = (row: Row) => void;

/**
 * The records of one object of one account. What a generator can make is not held: 1..size exist by number, only what was
 * written is kept, and both are merged in the order that is asked for.
 */
export class Store {
  readonly model: Model;
  readonly changes = new ChangeLog();
  size: number;
  private readonly edits: EditIndex;
  private readonly onWrite: WriteListener | undefined;
  private pending: Pending[] = [];
  private created = 0;
  private writes = 0;
  private versions = 0;

  constructor(model: Model, size: number, onWrite?: WriteListener) {
    this.model = model;
    this.size = size;
    this.onWrite = onWrite;
    this.edits = new EditIndex(model);
  }

  /** Changes with every write; a page that was rendered before is stale. */
  get revision(): number {
    return this.writes;
  }

  /** Lets the writes through whose lag is over. */
  settle(now: number): void {
    if (this.pending.length === 0) return;
    const due = this.pending.filter((write) => write.visibleAt <= now);
    if (due.length === 0) return;
    this.pending = this.pending.filter((write) => write.visibleAt > now);
    for (const { row, position } of due) this.apply(row, position);
  }

  get(id: string): Entry | null {
    const row = this.edits.get(id);
    if (row) return row.isGone ? null : row;
    return this.numberOf(id);
  }

  /** The newest truth, whatever readers see yet. */
  getNewest(id: string): Entry | null {
    const pending = this.pending.findLast((write) => write.row.id === id);
    return pending ? pending.row : this.get(id);
  }

  /** A written version of the record, made from its number when nobody touched it yet. */
  rowOf(entry: Entry): Row {
    if (typeof entry !== 'number') return entry;
    const { model } = this;
    const [id, createdAt, updatedAt] = [model.idOf(entry), model.createdAtOf(entry), model.updatedAtOf(entry)];
    const shared = { deletedAt: null, isVerbatim: false, raw: null, isGone: false, previous: null };
    return { id, createdAt, updatedAt, version: entry, fields: model.fieldsOf(entry), writtenAt: updatedAt, ...shared };
  }

  create(fields: JsonObject, options: WriteOptions & { id?: string; raw?: string; isVerbatim?: boolean; deletedAt?: number | null }): Row {
    this.created++;
    const n = this.size + this.created;
    const id = options.id ?? (this.model.newId ? this.model.newId(n, fields) : this.model.idOf(n));
    const updatedAt = this.stamp(options.updatedAt ?? options.now);
    const row: Row = {
      id,
      createdAt: this.stamp(options.createdAt ?? updatedAt),
      updatedAt,
      deletedAt: options.deletedAt ?? null,
      version: this.nextVersion(),
      fields,
      isVerbatim: options.isVerbatim ?? false,
      raw: options.raw ?? null,
      isGone: false,
      writtenAt: options.now,
      previous: null,
    };
    return this.write(row, options);
  }

  /** Merges the patch: objects key by key, everything else whole. */
  update(id: string, patch: JsonObject, options: WriteOptions): Row | null {
    return this.change(id, options, (row) => ({ ...row, fields: mergeFields(row.fields, patch), deletedAt: null }));
  }

  delete(id: string, options: WriteOptions): Row | null {
    return this.change(id, options, (row, at) => ({ ...row, deletedAt: at }));
  }

  /** Gone without a trace, as after a purge of the provider's bin. */
  remove(id: string, options: WriteOptions): Row | null {
    return this.change(id, options, (row) => ({ ...row, isGone: true }));
  }

  count(deleted: Deleted): number {
    let count = deleted === 'only' ? 0 : this.size;
    for (const row of this.edits.rows()) {
      if (deleted !== 'only' && this.numberOf(row.id) !== null) count--;
      if (isListed(row, deleted)) count++;
    }
    return count;
  }

  /** In the order of ids, behind `after`. */
  *byId(after: string | null, deleted: Deleted): Generator<Entry> {
    const { model } = this;
    const first = after === null ? 1 : this.lowest((n) => model.compareIds(model.idOf(n), after) > 0);
    const edits = this.edits.byIdAfter(after);
    yield* this.merge(first, edits, deleted, (n, row) => model.compareIds(model.idOf(n), row.id) < 0);
  }

  /** In the order of (updatedAt, id), from `since` on and behind `after`. */
  *byUpdated(since: number, after: { updatedAt: number; id: string } | null, deleted: Deleted): Generator<Entry> {
    const { model } = this;
    const isBehind = (updatedAt: number, id: () => string) => {
      if (updatedAt < since) return false;
      if (after === null || updatedAt > after.updatedAt) return true;
      return updatedAt === after.updatedAt && model.compareIds(id(), after.id) > 0;
    };
    const first = this.lowest((n) => isBehind(model.updatedAtOf(n), () => model.idOf(n)));
    const edits = this.edits.byUpdatedWhere((row) => isBehind(row.updatedAt, () => row.id));
    yield* this.merge(first, edits, deleted, (n, row) => {
      const difference = model.updatedAtOf(n) - row.updatedAt;
      return difference < 0 || (difference === 0 && model.compareIds(model.idOf(n), row.id) < 0);
    });
  }

  /** In the order of (version, id), from `since` on and behind `after`. A generated record's version is its number. */
  *byVersion(since: number, after: number | null, deleted: Deleted): Generator<Entry> {
    const from = Math.max(since, after === null ? 1 : after + 1, 1);
    yield* this.merge(from, this.edits.byVersionFrom(from), deleted, (n, row) => n <= row.version);
  }

  /** Everything as it is now, whatever readers see yet: for comparing. */
  *truth(): Generator<Row> {
    const unseen = new Map(this.pending.map(({ row }) => [row.id, row]));
    for (const entry of this.byId(null, 'include')) {
      const row = this.rowOf(entry);
      const newest = unseen.get(row.id) ?? row;
      unseen.delete(row.id);
      if (!newest.isGone) yield newest;
    }
    for (const row of unseen.values()) if (!row.isGone) yield row;
  }

  editedRows(): Iterable<Row> {
    return this.edits.rows();
  }

  clear(): void {
    this.edits.clear();
    this.pending = [];
    this.size = 0;
    this.writes++;
  }

  private change(id: string, options: WriteOptions, make: (row: Row, at: number) => Row): Row | null {
    const entry = this.getNewest(id);
    if (entry === null) return null;
    const row = this.rowOf(entry);
    const at = this.stamp(options.updatedAt ?? options.now);
    const changed = { ...make(row, at), updatedAt: at, version: this.nextVersion(), writtenAt: options.now, previous: withoutHistory(row) };
    return this.write(changed, options);
  }

  private write(row: Row, { now, lagMs = 0 }: WriteOptions): Row {
    const position = this.changes.reserve();
    if (lagMs > 0) this.pending.push({ row, position, visibleAt: now + lagMs });
    else this.apply(row, position);
    return row;
  }

  private apply(row: Row, position: number): void {
    this.edits.set(row);
    this.changes.show(position, row);
    this.writes++;
    this.onWrite?.(row);
  }

  /** Versions go on behind the generated ones, also after the size grew. */
  private nextVersion(): number {
    this.versions = Math.max(this.versions, this.size) + 1;
    return this.versions;
  }

  private stamp(at: number): number {
    return Math.floor(at / this.model.timeStepMs) * this.model.timeStepMs;
  }

  private numberOf(id: string): number | null {
    const { model } = this;
    const n = this.lowest((candidate) => model.compareIds(model.idOf(candidate), id) >= 0);
    return n <= this.size && model.idOf(n) === id ? n : null;
  }

  /** The lowest n that holds; size + 1 when none does. What holds for n must hold for n + 1. */
  private lowest(holds: (n: number) => boolean): number {
    let [low, high] = [1, this.size + 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private *merge(first: number, edits: Row[], deleted: Deleted, comesFirst: (n: number, row: Row) => boolean): Generator<Entry> {
    const { model, size } = this;
    const hasEdits = this.edits.size > 0;
    let n = first;
    for (const row of edits) {
      if (!isListed(row, deleted)) continue;
      for (; n <= size && comesFirst(n, row); n++) if (deleted !== 'only' && !this.edits.has(model.idOf(n))) yield n;
      yield row;
    }
    if (deleted === 'only') return;
    for (; n <= size; n++) if (!hasEdits || !this.edits.has(model.idOf(n))) yield n;
  }
}
