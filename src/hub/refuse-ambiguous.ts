import { AppError } from '../base/errors.ts';

interface Where {
  /** Where the records land. */
  landing: string[];
  named: string | undefined;
  /** What there is to know of several. */
  each?: string;
}

/** One call is about one destination: which of several it should be, only the caller knows. */
export function refuseAmbiguous(what: string, { landing, named, each = 'Each is read by itself, with a cursor of its own.' }: Where): void {
  if (named !== undefined || landing.length <= 1) return;
  throw new AppError(
    'destination_ambiguous',
    `The records of this ${what} land in ${landing.length} destinations. Name one with destination_id. ${each}`,
    { details: { destination_ids: landing.slice(0, shownMax) } },
  );
}

const shownMax = 50;
