import { AppError } from '../base/errors.ts';

/** One read is of one destination: which of several it should be, only the caller knows. `landing`: where the records land. */
export function refuseAmbiguous(what: string, { landing, named }: { landing: string[]; named: string | undefined }): void {
  if (named !== undefined || landing.length <= 1) return;
  throw new AppError(
    'destination_ambiguous',
    `The records of this ${what} land in ${landing.length} destinations. Name one with destination_id, and read them one by one: each has its own cursor.`,
    { details: { destination_ids: landing.slice(0, shownMax) } },
  );
}

const shownMax = 50;
