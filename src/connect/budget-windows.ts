import type { BudgetWindow, LimitsDefinition } from '../kit/index.ts';
import type { RateLimit, SyncRateLimit } from './rate-limits.ts';

/** One window of a budget that a request has to fit, as the database function `pass_rate_gate` takes it. */
export interface WantedWindow {
  category: string;
  /** A sync's id for its own cap; empty: every request of the connection. */
  holder: string;
  /** 0: a day in `zone`. */
  seconds: number;
  zone: string | null;
  requests: number;
  /** Chosen by the vendor: what the provider reports can only lower it. */
  is_chosen: boolean;
}

/** The category whose windows count every request. */
export const allCategories = 'all';

interface WindowsInput {
  budgets: LimitsDefinition['budgets'];
  /** The connection's own; a category that it names is declared by it alone. */
  rateLimits: RateLimit[];
  /** Caps of the sync that asks. */
  sync: { id: string; rateLimits: SyncRateLimit[] } | null;
}

/** Every window that a request of this category has to fit. */
export function windowsFor(category: string, input: WindowsInput): WantedWindow[] {
  const categories = category === allCategories ? [allCategories] : [category, allCategories];
  const caps = input.sync ? windowsOfSync(input.sync) : [];
  return categories.flatMap((one) => [...windowsOfConnection(one, input), ...caps.filter((cap) => cap.category === one)]);
}

/** Every window of the connection, the caps of single syncs left out. */
export function windowsOfAll(input: Omit<WindowsInput, 'sync'>): WantedWindow[] {
  const categories = new Set([...Object.keys(input.budgets ?? {}), ...input.rateLimits.map((limit) => limit.category)]);
  return [...categories].flatMap((one) => windowsOfConnection(one, input));
}

/** The caps of one sync. */
export function windowsOfSync({ id, rateLimits }: NonNullable<WindowsInput['sync']>): WantedWindow[] {
  return rateLimits.map(({ category, requests, seconds }) => ({ category, holder: id, requests, seconds, zone: null, is_chosen: true }));
}

function windowsOfConnection(category: string, { budgets, rateLimits }: Omit<WindowsInput, 'sync'>): WantedWindow[] {
  const chosen = rateLimits.filter((limit) => limit.category === category).map(toBudgetWindow);
  const isChosen = chosen.length > 0;
  return (isChosen ? chosen : (budgets?.[category] ?? [])).map((window) => ({
    ...{ category, holder: '', requests: window.requests, is_chosen: isChosen },
    ...('seconds' in window ? { seconds: window.seconds, zone: null } : { seconds: 0, zone: window.resetsDailyIn }),
  }));
}

function toBudgetWindow(limit: RateLimit): BudgetWindow {
  return 'seconds' in limit
    ? { requests: limit.requests, seconds: limit.seconds }
    : { requests: limit.requests, resetsDailyIn: limit.resets_daily_in };
}
