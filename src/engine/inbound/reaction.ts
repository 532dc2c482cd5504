import type { ProviderMeaning } from '../../kit/index.ts';

export interface RefusedInput {
  meaning: ProviderMeaning;
  retryAfterSeconds: number | undefined;
  /** Refusals in a row, this one included, since something last went well. */
  failures: number;
  /** Refusals of the passing kind (time-outs, 5xx, cut connections) in a row that a run sits out. */
  retriesMax: number;
}

export type Reaction =
  /** Ask again after a wait that a worker can sit out. */
  | { do: 'retry'; waitSeconds: number }
  /** The run goes on later and holds no worker until then. */
  | { do: 'postpone'; waitSeconds: number }
  /** The page's token has expired: resume without it, or begin the read anew, once. */
  | { do: 'restart' }
  /** `dropsRead`: going on from here would meet the same refusal again. */
  | { do: 'fail'; errorCode: string; pausesForAuth: boolean; dropsRead: boolean };

/** A worker waits no longer than this with a slice in hand. */
export const heldWaitSecondsMax = 2;
const waitSecondsMin = 0.25;
const unavailableWaitSecondsMax = 30;
const rateLimitedWaitSecondsMax = 300;
export const rateLimitedMax = 50;
/** A provider that asks for more patience than a day gets a day. */
const retryAfterSecondsMax = 24 * 3600;

/** The provider says what happened; this table says what follows. */
export function reactTo({ meaning, retryAfterSeconds, failures, retriesMax }: RefusedInput): Reaction {
  switch (meaning) {
    case 'rate_limited':
      if (failures > rateLimitedMax) return fail('provider_rate_limited');
      return wait(Math.min(retryAfterSeconds ?? growing(failures, rateLimitedWaitSecondsMax), retryAfterSecondsMax));
    case 'unavailable':
      if (failures > retriesMax) return fail('provider_unavailable');
      return wait(Math.min(retryAfterSeconds ?? growing(failures, unavailableWaitSecondsMax), retryAfterSecondsMax));
    case 'page_expired':
      return { do: 'restart' };
    case 'unauthorized':
      return { ...fail('auth_failed'), pausesForAuth: true };
    case 'forbidden':
      return fail('provider_forbidden');
    case 'config':
      return fail('config_invalid');
    case 'not_found':
      return { ...fail('provider_not_found'), dropsRead: true };
    case 'invalid':
      return { ...fail('provider_rejected'), dropsRead: true };
    default:
      throw new Error(`no reaction to ${meaning satisfies never}`);
  }
}

function wait(waitSeconds: number): Reaction {
  return { do: waitSeconds <= heldWaitSecondsMax ? 'retry' : 'postpone', waitSeconds: Math.max(waitSeconds, waitSecondsMin) };
}

function growing(failures: number, max: number): number {
  return Math.min(waitSecondsMin * 2 ** Math.min(failures - 1, 20), max);
}

function fail(errorCode: string): Extract<Reaction, { do: 'fail' }> {
  return { do: 'fail', errorCode, pausesForAuth: false, dropsRead: false };
}
