import type { IncrementalDefinition } from '../../kit/index.ts';
import { compareWatermarks, watermarkToDate } from '../page/watermark.ts';

type WatermarkType = IncrementalDefinition['watermark']['type'];

/**
 * The rules by which a watermark moves. It comes from records or from the provider's clock, never from ours; it moves only when a
 * read has ended cleanly; and it never passes the provider's clock at the moment when the read asked for its first page:
 *
 * - a record that changes while a read is under way, after its page was answered, has a later time than that (B13), whatever order
 *   the provider lists in;
 * - a record dated in the future, or a provider whose clock is ahead, cannot push the mark beyond changes to come (B14, H53).
 *
 * What lies between is read again by the next run, and unchanged records cost nothing.
 */

export interface ReadMarks {
  type: WatermarkType;
  before: string | null;
  highest: string | null;
  firstPageHighest: string | null;
  /** The provider's clock when the first page was asked for; null: it shows none. */
  providerTime: Date | null;
}

/**
 * Where the next read begins: the mark, minus the look-back for what becomes visible late (H52), and at the beginning of the step
 * in which a coarse filter compares (D43, D44). The request says `>=`.
 */
export function sinceOf(type: WatermarkType, watermark: string | null, lookbackSeconds: number, stepSeconds = 0): string | null {
  if (watermark === null || type !== 'datetime') return watermark;
  const ms = timeOf(watermark) - lookbackSeconds * 1000;
  const stepMs = stepSeconds * 1000;
  return new Date(stepMs > 0 ? Math.floor(ms / stepMs) * stepMs : ms).toISOString();
}

/**
 * After a full read. Times: the highest seen, held under the clock. Without a clock, the highest of the first page: its records
 * had been written when it was answered. Versions and opaque marks: a listing gives no safe mark (one that was written while the
 * listing ran may lie below another that it met), so the mark stays, and the first incremental read begins at the beginning.
 */
export function markAfterFull({ type, before, highest, firstPageHighest, providerTime }: ReadMarks): string | null {
  if (type !== 'datetime') return before;
  const seen = providerTime === null ? firstPageHighest : highest;
  return heldUnder(seen ?? before, providerTime);
}

/** After an incremental read: never back, because the look-back met older records only. */
export function markAfterIncremental({ type, before, highest, providerTime }: ReadMarks): string | null {
  if (highest === null) return before;
  if (type === 'opaque') return highest;
  const mark = type === 'datetime' ? heldUnder(highest, providerTime)! : highest;
  return before !== null && compareWatermarks(type, before, mark) > 0 ? before : mark;
}

/** Front ends of one provider may differ by this much. */
const clockToleranceMs = 5_000;

/**
 * A mark ahead of the provider's clock: the clock was set back, or somebody set the mark by hand. What is written until the clock
 * gets there would be skipped, and from when on nobody knows: only a full read helps.
 */
export function isClockBehind(type: WatermarkType, watermark: string | null, providerTime: Date | null): boolean {
  if (type !== 'datetime' || watermark === null || providerTime === null) return false;
  return timeOf(watermark) > providerTime.getTime() + clockToleranceMs;
}

/** Cut to the millisecond, downwards: a mark that is a little low costs nothing. */
export function heldUnder(mark: string | null, providerTime: Date | null): string | null {
  if (mark === null) return null;
  const time = timeOf(mark);
  return new Date(providerTime === null ? time : Math.min(time, providerTime.getTime())).toISOString();
}

function timeOf(watermark: string): number {
  const date = watermarkToDate(watermark);
  if (date === null) throw new Error(`the stored watermark ${JSON.stringify(watermark)} is not a time`);
  return date.getTime();
}
