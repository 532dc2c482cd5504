import type { BudgetHeaders } from '../kit/index.ts';

export interface BudgetReport {
  /** null: the category of the request. */
  category: string | null;
  seconds: number;
  requests: number;
  used: number;
}

/** A provider that reports more than this is not counting requests. */
const requestsMax = 1_000_000_000;
const secondsMax = 2_678_400;

/** What an answer reports about its budget: how much is allowed in which window, and how much of it is used. undefined: nothing, or not all of it. */
export function readReport(names: BudgetHeaders | undefined, headers: Record<string, string>): BudgetReport | undefined {
  if (!names) return undefined;
  const seconds = windowOf(names, headers);
  const counted = countedOf(names, headers);
  if (seconds === undefined || !counted) return undefined;
  const { requests, used } = counted;
  if (requests < 1 || requests > requestsMax || seconds < 1 || seconds > secondsMax) return undefined;
  return { category: names.category ?? null, seconds, requests, used: Math.min(Math.max(used, 0), requests) };
}

function countedOf({ limit, remaining, usage }: BudgetHeaders, headers: Record<string, string>) {
  if (usage) {
    const [, used, requests] = new RegExp(usage.pattern).exec(headers[usage.name] ?? '') ?? [];
    return whole(used) === undefined || whole(requests) === undefined ? undefined : { used: whole(used)!, requests: whole(requests)! };
  }
  const requests = whole(headers[limit ?? '']);
  const left = whole(headers[remaining ?? '']);
  return requests === undefined || left === undefined ? undefined : { requests, used: requests - left };
}

function windowOf({ window, windowSeconds }: BudgetHeaders, headers: Record<string, string>): number | undefined {
  if (!window) return windowSeconds;
  const length = whole(headers[window.name]);
  if (length === undefined) return windowSeconds;
  return Math.round(window.unit === 'milliseconds' ? length / 1000 : length);
}

/** "110", and nothing that only looks like a number. */
function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}
