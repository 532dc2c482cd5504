import { z } from 'zod';
import { isPath } from '../base/path.ts';
import { text } from '../base/text.ts';
import { type OpenProvider, type Strategy, strategies } from '../catalog/index.ts';
import { type SyncRateLimit, SyncRateLimits } from '../connect/rate-limits.ts';
import { inputError } from './input.ts';
import { withParents } from './parents.ts';
import { resolveObject } from './resolve-object.ts';
import { intervalSecondsMax, intervalSecondsMin, refuseLostFollowers, type StoredSchedule, scheduleInput } from './schedule-input.ts';

export { type Strategy, strategies };

/** `merge`: one row per record; `append`: every version kept beside it; `replace`: every read swaps the whole set. */
export const landings = ['merge', 'append', 'replace'] as const;
export type Landing = (typeof landings)[number];

/** What becomes of an object that the provider begins to offer: told in the sync config, or synced like the others. */
export const newObjectsPolicies = ['list', 'include'] as const;
export type NewObjectsPolicy = (typeof newObjectsPolicies)[number];

export const fullRefreshEveryMax = 10_000;
export const windowSecondsMin = 60;
export const windowSecondsMax = 366 * 24 * 3600;
export const keyPassIntervalSecondsMin = 60;
export const keyPassIntervalSecondsMax = 30 * 24 * 3600;
export const observedFieldsMax = 100;
export const fieldPathCharsMax = 200;
export const objectsMax = 200;

const fieldPath = text(fieldPathCharsMax).refine(isPath, 'is not a path: write the names of the fields with dots between them');

const order = {
  /** `auto`, and what is left out, takes what the catalog recommends. */
  strategy: z.enum(['auto', ...strategies]).optional(),
  fullRefreshEvery: z.int().min(1, 'must be at least 1').max(fullRefreshEveryMax).nullable().optional(),
  intervalSeconds: z.int().min(intervalSecondsMin).max(intervalSecondsMax).optional(),
  schedule: scheduleInput.optional(),
  windowSeconds: z.int().min(windowSecondsMin).max(windowSecondsMax).nullable().optional(),
  keyPassIntervalSeconds: z.int().min(keyPassIntervalSecondsMin).max(keyPassIntervalSecondsMax).nullable().optional(),
  startFrom: z.iso.datetime({ offset: true }).nullable().optional(),
  landing: z.enum(landings).optional(),
};

/** What is said of one object. A default for all of them would make no sense of `observedFields`, and would not be what caps are for. */
const objectOrder = {
  ...order,
  observedFields: z.array(fieldPath).min(1).max(observedFieldsMax).nullable().optional(),
  rateLimits: SyncRateLimits.nullable().optional(),
};

export const objectInput = z.strictObject({ object: text(200), ...objectOrder });
export const objectsInput = z.array(objectInput).min(1).max(objectsMax);
/** What holds for every object that does not say otherwise. */
export const defaultsInput = z.strictObject(order);

export type ObjectInput = z.infer<typeof objectInput>;
export type DefaultsInput = z.infer<typeof defaultsInput>;

/** One object of a sync config with everything decided, as stored in `sync_config.objects`. */
export interface ConfigObject {
  object: string;
  /** The objects that are read under it, where it was taken in for them; null: the vendor ordered it. */
  required_by: string[] | null;
  strategy: Strategy;
  /** Why, where the strategy was chosen for the vendor. */
  strategy_reason: string | null;
  full_refresh_every: number | null;
  interval_seconds: number;
  /** null: every interval. */
  schedule: StoredSchedule | null;
  window_seconds: number | null;
  key_pass_interval_seconds: number | null;
  /** ISO 8601, UTC. */
  start_from: string | null;
  landing: Landing;
  /** null: the whole record. */
  observed_fields: string[] | null;
  /** Caps of its own within the connection's budgets; null: none. */
  rate_limits: SyncRateLimit[] | null;
}

/** Resolves defaults and checks every object against the catalog; nothing is stored when one of them is refused. */
export function resolveObjects(offer: OpenProvider, input: { defaults: DefaultsInput; objects: ObjectInput[] }): ConfigObject[] {
  const { defaults, objects } = input;
  refuseDuplicates(objects);
  if (defaults.strategy === 'full_only' && defaults.fullRefreshEvery)
    throw inputError('full_refresh_every', 'A sync that only reads in full has no use for full_refresh_every. Leave it out.');
  const { displayName } = offer.provider;
  const resolved = withParents(offer, objects).map(({ requiredBy, ...wanted }, index) => {
    const definition = offer.object(wanted.object);
    return { ...resolveObject({ displayName, definition, wanted, defaults, place: `objects.${index}` }), required_by: requiredBy };
  });
  refuseLostFollowers(resolved);
  return resolved;
}

function refuseDuplicates(objects: { object: string }[]): void {
  const seen = new Set<string>();
  for (const [index, { object }] of objects.entries()) {
    if (seen.has(object)) throw inputError(`objects.${index}.object`, `${object} is listed twice. List every object once.`);
    seen.add(object);
  }
}
