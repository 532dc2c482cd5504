import { z } from 'zod';

/** When somebody is to be told. null: never. What is left out keeps its default. */
export const alertRulesInput = z.strictObject({
  failedRowsPercent: z.number().min(0.1).max(100).nullable().optional(),
  runSecondsMax: z
    .int()
    .min(60)
    .max(30 * 86_400)
    .nullable()
    .optional(),
  intervalsWithoutSuccess: z.int().min(1).max(1000).nullable().optional(),
  isHeld: z.boolean().optional(),
  needsReauth: z.boolean().optional(),
  isDestinationDown: z.boolean().optional(),
});

export interface AlertRules {
  /** Of the records that a run read, those that it had to set aside; runs of fewer than ten are not judged. */
  failedRowsPercent: number | null;
  runSecondsMax: number | null;
  /** Of a sync's own schedule, and an hour at least. */
  intervalsWithoutSuccess: number | null;
  isHeld: boolean;
  needsReauth: boolean;
  isDestinationDown: boolean;
}

export const alertRulesDefault: AlertRules = {
  failedRowsPercent: 10,
  runSecondsMax: 6 * 3600,
  intervalsWithoutSuccess: 3,
  isHeld: true,
  needsReauth: true,
  isDestinationDown: true,
};

/** What an earlier version stored lacks what it did not know. */
export function alertRulesOf(stored: unknown): AlertRules {
  return { ...alertRulesDefault, ...((stored ?? {}) as Partial<AlertRules>) };
}
