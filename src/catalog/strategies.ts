import { isKeyless, type ObjectDefinition, readOf } from '../kit/index.ts';

/** How changes are found. The first word says what the first read is, the second what the ones after it are. */
export const strategies = ['full_only', 'full_then_incremental', 'full_then_delta', 'full_then_window'] as const;
export type Strategy = (typeof strategies)[number];

export type Possibility = { isPossible: true; reason: null } | { isPossible: false; reason: string };

/** Which strategies an object allows; one that is not possible says why. */
export function strategiesOf(displayName: string, definition: ObjectDefinition): Record<Strategy, Possibility> {
  const things = thingsOf(definition);
  const possibleIf = (is: boolean, reason: string): Possibility =>
    is ? { isPossible: true, reason: null } : { isPossible: false, reason };
  return {
    full_only: { isPossible: true, reason: null },
    full_then_incremental: possibleIf(definition.incremental !== undefined, noFilter(displayName, things)),
    full_then_delta: possibleIf(definition.delta !== undefined, `${displayName} offers no feed of changed ${things}.`),
    full_then_window: possibleIf(
      readOf(definition, 'window') !== undefined,
      `${displayName} offers no filter by time for ${things}, so no stretch of time can be read again.`,
    ),
  };
}

export interface Recommendation {
  strategy: Strategy;
  fullRefreshEvery: number | null;
  keyPassIntervalSeconds: number | null;
  /** Why, a sentence each: the first says why this strategy. */
  reasons: string[];
}

/** Often enough that a missed change does not live long, rarely enough that a full read is not what most runs do. */
const compareEvery = 24;
const keyPassSeconds = 24 * 3600;
/** Where the provider tells of deletes, and a pass has to find only what it never told of. */
const rareKeyPassSeconds = 7 * 24 * 3600;

/** What we would choose: a feed before a filter, a filter before comparing everything, and a cure for what each of them misses. */
export function recommend(displayName: string, definition: ObjectDefinition): Recommendation {
  const things = thingsOf(definition);
  const { incremental, delta } = definition;
  const nothingMore = { fullRefreshEvery: null, keyPassIntervalSeconds: null };
  if (isKeyless(definition))
    return {
      strategy: 'full_only',
      ...nothingMore,
      reasons: [
        `The ${things} of ${displayName} have no key, so that none can be compared with what is there.`,
        'Every run adds everything that it reads as new records: choose the interval accordingly.',
      ],
    };
  if (delta)
    return {
      strategy: 'full_then_delta',
      ...nothingMore,
      reasons: [`${displayName} keeps a feed of changed ${things} with a position: each change and each delete is listed there.`],
    };
  if (!incremental)
    return {
      strategy: 'full_only',
      ...nothingMore,
      reasons: [noFilter(displayName, things), 'Every run reads everything and compares it with what is there.'],
    };
  const coarse = whyCoarse(displayName, definition);
  if (coarse !== null)
    return {
      strategy: 'full_then_incremental',
      ...nothingMore,
      fullRefreshEvery: compareEvery,
      reasons: [coarse, `A full read after every ${compareEvery} runs compares everything. Another cure is full_then_window.`],
    };
  return { strategy: 'full_then_incremental', ...nothingMore, ...passOverKeys(definition, howPrecise(displayName, definition)) };
}

/** How deletes are found beside the filter: a pass costs little where ids are listed alone, so that it is worth its while even for rare ones. */
function passOverKeys(definition: ObjectDefinition, howPrecise: string): Pick<Recommendation, 'keyPassIntervalSeconds' | 'reasons'> {
  if (!signalsDeletes(definition))
    return {
      keyPassIntervalSeconds: keyPassSeconds,
      reasons: [howPrecise, 'It does not tell which were deleted; a pass over the keys once a day finds them without reading everything.'],
    };
  const told = 'It tells which were deleted.';
  if (!definition.keys) return { keyPassIntervalSeconds: null, reasons: [howPrecise, told] };
  return {
    keyPassIntervalSeconds: rareKeyPassSeconds,
    reasons: [howPrecise, told, 'A pass over the keys once a week finds what was deleted for good without a word.'],
  };
}

/** Whether something tells of a delete between two full reads. */
export function signalsDeletes({ incremental, record, delta, deletions }: ObjectDefinition): boolean {
  if (delta || deletions) return true;
  return incremental !== undefined && (record.isDeleted !== undefined || incremental.parts.some((part) => part.signal === 'deletions'));
}

/** null: the filter is as exact as the data. */
function whyCoarse(displayName: string, definition: ObjectDefinition): string | null {
  const things = thingsOf(definition);
  const { settledLagSeconds } = definition;
  const { parts, filterStepSeconds } = definition.incremental!;
  if (filterStepSeconds !== undefined)
    return `${displayName} filters ${things} in steps of ${filterStepSeconds} s: every run reads the last step again and compares it.`;
  // Where a settled pass trails the reads, it meets what shows late.
  if (settledLagSeconds === undefined && parts.some((part) => part.isLagging))
    return `${displayName} filters ${things} in an index that lags behind its data, so a change may show late.`;
  return null;
}

function howPrecise(displayName: string, definition: ObjectDefinition): string {
  const filters = `${displayName} filters ${thingsOf(definition)} by ${definition.incremental!.watermark.path}`;
  const { settledLagSeconds } = definition;
  if (settledLagSeconds === undefined) return `${filters} precisely.`;
  return `${filters}; what shows late is met by a pass that trails the reads by ${settledLagSeconds} s.`;
}

function noFilter(displayName: string, things: string): string {
  return `${displayName} offers no filter for changed ${things}; only a full read finds changes.`;
}

function thingsOf({ label }: ObjectDefinition): string {
  return label.toLowerCase();
}
