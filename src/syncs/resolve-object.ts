import { AppError } from '../base/errors.ts';
import { recommend, type Strategy, strategies, strategiesOf } from '../catalog/index.ts';
import { isKeyless, type ObjectDefinition } from '../kit/index.ts';
import type { ConfigObject, DefaultsInput, Landing, ObjectInput } from './config-input.ts';
import { inputError } from './input.ts';
import { decideSchedule } from './schedule-input.ts';

/** Long enough for what shows late at any provider we know, short enough that reading it again costs little. */
const windowSecondsDefault = 30 * 24 * 3600;

interface Wanted {
  displayName: string;
  definition: ObjectDefinition;
  wanted: ObjectInput;
  defaults: DefaultsInput;
  /** Where the object stands in the input: `objects.3`. */
  place: string;
}

/** Decides everything about one object of a sync config. What is said of the object itself is obeyed or refused; a default holds where it can. */
export function resolveObject(input: Wanted): Omit<ConfigObject, 'required_by'> {
  const { wanted, defaults, definition, place } = input;
  const { strategy, reason } = chooseStrategy(input);
  refuseMisfits(input, strategy);
  const readsChanges = strategy !== 'full_only';
  const every = said(wanted.fullRefreshEvery, defaults.fullRefreshEvery);
  const window = said(wanted.windowSeconds, defaults.windowSeconds);
  const keyPass = said(wanted.keyPassIntervalSeconds, defaults.keyPassIntervalSeconds);
  const startFrom = said(wanted.startFrom, defaults.startFrom);
  return {
    object: wanted.object,
    strategy,
    strategy_reason: reason,
    full_refresh_every: readsChanges ? (every ?? null) : null,
    ...decideSchedule(wanted, defaults, place),
    window_seconds: strategy === 'full_then_window' ? (window ?? windowSecondsDefault) : null,
    key_pass_interval_seconds: readsChanges ? (keyPass ?? null) : null,
    start_from: startFrom && canStartFrom(strategy, definition) ? new Date(startFrom).toISOString() : null,
    landing: decideLanding(wanted, defaults, { readsChanges, definition }),
    observed_fields: wanted.observedFields ? [...new Set(wanted.observedFields)].sort() : null,
    rate_limits: wanted.rateLimits?.length ? wanted.rateLimits : null,
  };
}

function decideLanding(
  wanted: Wanted['wanted'],
  defaults: Wanted['defaults'],
  { readsChanges, definition }: { readsChanges: boolean; definition: ObjectDefinition },
): Landing {
  if (isKeyless(definition)) return 'append';
  if (wanted.landing) return wanted.landing;
  return defaults.landing === 'replace' && readsChanges ? 'merge' : (defaults.landing ?? 'merge');
}

function chooseStrategy({ displayName, definition, wanted, defaults }: Wanted): { strategy: Strategy; reason: string | null } {
  const possibilities = strategiesOf(displayName, definition);
  if (wanted.strategy !== undefined && wanted.strategy !== 'auto') {
    const { isPossible, reason } = possibilities[wanted.strategy];
    if (!isPossible) throw unsupported(wanted.object, wanted.strategy, reason, possibilities);
    return { strategy: wanted.strategy, reason: null };
  }
  const byDefault = wanted.strategy === 'auto' || defaults.strategy === 'auto' ? undefined : defaults.strategy;
  const isReplaced = wanted.landing === 'replace' || (byDefault === undefined && (wanted.landing ?? defaults.landing) === 'replace');
  if (isReplaced) return { strategy: 'full_only', reason: 'Landing by replace swaps the whole set, so every run reads it.' };
  const fallback = recommend(displayName, definition);
  if (byDefault === undefined) return { strategy: fallback.strategy, reason: `Chosen for you. ${fallback.reasons[0]}` };
  const { isPossible, reason } = possibilities[byDefault];
  if (isPossible) return { strategy: byDefault, reason: null };
  return { strategy: fallback.strategy, reason: `Instead of ${byDefault}: ${reason}` };
}

/** Options of the object itself that its strategy has no use for. */
function refuseMisfits({ displayName, wanted, definition, place }: Wanted, strategy: Strategy): void {
  const { object } = wanted;
  const refuse = (field: string, message: string) => inputError(`${place}.${field}`, message);
  if (strategy === 'full_only' && wanted.fullRefreshEvery)
    throw refuse('full_refresh_every', `${object} only reads in full: leave full_refresh_every out.`);
  if (strategy === 'full_only' && wanted.keyPassIntervalSeconds)
    throw refuse(
      'key_pass_interval_seconds',
      `${object} only reads in full, which finds deletes by itself: leave key_pass_interval_seconds out.`,
    );
  if (strategy !== 'full_then_window' && wanted.windowSeconds)
    throw refuse(
      'window_seconds',
      `Only full_then_window reads a window again: leave window_seconds out of ${object}, or change its strategy.`,
    );
  if (isKeyless(definition) && wanted.landing !== undefined && wanted.landing !== 'append')
    throw refuse('landing', `The records of ${object} have no key, so that every one is added: leave landing out, or use append.`);
  if (strategy !== 'full_only' && wanted.landing === 'replace')
    throw refuse('landing', `Landing by replace swaps the whole set of ${object}: use it with full_only, or land by merge or append.`);
  if (wanted.startFrom && !canStartFrom(strategy, definition))
    throw refuse(
      'start_from',
      definition.incremental?.watermark.type === 'datetime'
        ? `${strategy} reads ${object} from the beginning: use full_then_incremental or full_then_window, or leave start_from out.`
        : `${displayName} offers no filter by time for ${object}, so it is always read from the beginning: leave start_from out.`,
    );
}

/** The first read can begin later where the provider filters by time and the strategy goes on from a time. */
function canStartFrom(strategy: Strategy, { incremental }: ObjectDefinition): boolean {
  return (strategy === 'full_then_incremental' || strategy === 'full_then_window') && incremental?.watermark.type === 'datetime';
}

function said<T>(own: T | undefined, byDefault: T | undefined): T | undefined {
  return own === undefined ? byDefault : own;
}

function unsupported(object: string, strategy: Strategy, reason: string, possibilities: ReturnType<typeof strategiesOf>): AppError {
  const alternatives = strategies.filter((one) => possibilities[one].isPossible);
  return new AppError('strategy_unsupported', `${reason} Use ${alternatives.join(' or ')} for ${object}.`, {
    details: { object, strategy, reason, alternatives },
  });
}
