import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import { text } from '../base/text.ts';
import type { Catalog } from '../catalog/index.ts';
import { inputError } from './input.ts';

export const strategies = ['full_only', 'full_then_incremental'] as const;
export type Strategy = (typeof strategies)[number];

/** Shorter intervals buy nothing that a trigger would not, and cost every provider's budget. */
export const intervalSecondsMin = 10;
export const intervalSecondsMax = 30 * 24 * 3600;
const intervalSecondsDefault = 3600;
const fullRefreshEveryMax = 10_000;
const objectsMax = 200;

const order = {
  strategy: z.enum(strategies).optional(),
  fullRefreshEvery: z.int().min(1, 'must be at least 1').max(fullRefreshEveryMax).nullable().optional(),
  intervalSeconds: z.int().min(intervalSecondsMin).max(intervalSecondsMax).optional(),
};

export const objectInput = z.strictObject({ object: text(200), ...order });
export const objectsInput = z.array(objectInput).min(1).max(objectsMax);
/** What holds for every object that does not say otherwise. */
export const defaultsInput = z.strictObject(order);

/** One object of a sync config with everything decided, as stored in `sync_config.objects`. */
export interface ConfigObject {
  object: string;
  strategy: Strategy;
  full_refresh_every: number | null;
  interval_seconds: number;
}

/** Resolves defaults and checks every object against the catalog; nothing is stored when one of them is refused. */
export function resolveObjects(
  catalog: Pick<Catalog, 'object'>,
  provider: string,
  input: { defaults: z.infer<typeof defaultsInput>; objects: z.infer<typeof objectsInput> },
): ConfigObject[] {
  const { defaults, objects } = input;
  refuseDuplicates(objects);
  if (defaults.strategy === 'full_only' && defaults.fullRefreshEvery)
    throw inputError('full_refresh_every', 'A sync that only reads in full has no use for full_refresh_every. Leave it out.');
  return objects.map((wanted, index) => {
    const definition = catalog.object(provider, wanted.object);
    const canIncremental = definition.incremental !== undefined;
    const strategy = wanted.strategy ?? (canIncremental ? (defaults.strategy ?? 'full_then_incremental') : 'full_only');
    if (strategy === 'full_then_incremental' && !canIncremental) throw unsupported(provider, wanted.object);
    if (strategy === 'full_only' && wanted.fullRefreshEvery)
      throw inputError(`objects.${index}.full_refresh_every`, `${wanted.object} only reads in full: leave full_refresh_every out.`);
    const every = wanted.fullRefreshEvery === undefined ? defaults.fullRefreshEvery : wanted.fullRefreshEvery;
    return {
      object: wanted.object,
      strategy,
      full_refresh_every: strategy === 'full_only' ? null : (every ?? null),
      interval_seconds: wanted.intervalSeconds ?? defaults.intervalSeconds ?? intervalSecondsDefault,
    };
  });
}

function refuseDuplicates(objects: { object: string }[]): void {
  const seen = new Set<string>();
  for (const [index, { object }] of objects.entries()) {
    if (seen.has(object)) throw inputError(`objects.${index}.object`, `${object} is listed twice. List every object once.`);
    seen.add(object);
  }
}

function unsupported(provider: string, object: string): AppError {
  return new AppError(
    'strategy_unsupported',
    `${provider} offers no filter by change for ${object}, so it cannot be read incrementally. Use the strategy full_only.`,
    { details: { object, strategy: 'full_then_incremental', alternatives: ['full_only'] } },
  );
}
