import type { QuarantinedRecord } from './types.ts';

/** What a statement's error says about the row that it was writing. */
export function refusalOf(error: unknown): Pick<QuarantinedRecord, 'reason' | 'detail'> | null {
  const { code, message } = error as { code?: string; message?: string };
  if (!code) return null;
  const kind = code.slice(0, 2);
  // 22 data exception (1e400000, a failing cast of a generated column), 54 limits (20,000 levels, too long for jsonb).
  if (kind === '22' || kind === '54') return { reason: 'json_refused', detail: message ?? code };
  // 23 and P0: constraints and triggers that the vendor added.
  if (kind === '23' || kind === 'P0') return { reason: 'row_refused', detail: message ?? code };
  return null;
}

export function isDuplicateKey(error: unknown): boolean {
  return (error as { code?: string }).code === '23505';
}
