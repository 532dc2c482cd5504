/** The wait behind the first attempt of a delivery; each one after it is this many times as long. */
const firstWaitSeconds = 5;
const waitGrowth = 4;
/** Waits are drawn from this share upwards, so that what failed together does not come back together. */
const jitterFrom = 0.75;
/** Rounds in a row that all failed: from here on an endpoint is left alone for a while. One bad message is no bad endpoint. */
const pauseFromFailures = 2;
const endpointWaitSecondsMax = 300;

/**
 * Seconds until a delivery is tried again; null: it has had its attempts. 5 s, 20 s, 80 s, 5 min, 21 min, 85 min, 6 h, 12 h, 12 h: with
 * the default of ten attempts a receiver may be down for more than a day. What the receiver asks for is obeyed, within the bound.
 */
export function retryWaitSeconds(input: {
  attempts: number;
  attemptsMax: number;
  waitSecondsMax: number;
  retryAfterSeconds: number | undefined;
  random?: number;
}): number | null {
  const { attempts, attemptsMax, waitSecondsMax, retryAfterSeconds = 0, random = Math.random() } = input;
  if (attempts >= attemptsMax) return null;
  const grown = Math.min(firstWaitSeconds * waitGrowth ** (attempts - 1), waitSecondsMax);
  return Math.min(Math.max(grown * (jitterFrom + (1 - jitterFrom) * random), retryAfterSeconds), waitSecondsMax);
}

/**
 * Seconds for which nothing at all is sent to an endpoint. Deliveries that are not tried meanwhile lose no attempt: an endpoint that is
 * down for long is asked now and then by a few of them, and the others wait.
 */
export function endpointWaitSeconds({ failures, random = Math.random() }: { failures: number; random?: number }): number {
  if (failures < pauseFromFailures) return 0;
  const grown = Math.min(firstWaitSeconds * 2 ** (failures - pauseFromFailures), endpointWaitSecondsMax);
  return grown * (jitterFrom + (1 - jitterFrom) * random);
}
