import { AppError } from '../base/errors.ts';
import type { ProbeReport } from '../hub/context.ts';

export function refuseProblems({ problems, serverVersion }: ProbeReport): void {
  if (problems.length === 0) return;
  throw new AppError('destination_refused', `The database cannot be used as it is. ${problems.join(' ')}`, {
    details: { problems, server_version: serverVersion },
  });
}

/** The unique index decides between two at once. */
export function nameTaken(name: string | undefined) {
  return (error: unknown): never => {
    if (error instanceof Error && 'code' in error && error.code === 'P2002')
      throw new AppError('already_exists', `This application has a destination called ${JSON.stringify(name)}. Choose another name.`, {
        cause: error,
      });
    throw error;
  };
}
