import type { Actor } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';

export function requireOperator(actor: Actor): void {
  if (actor.kind !== 'operator')
    throw new AppError(
      'scope_missing',
      'Only the operator of this installation creates applications. Use the operator key or the command line.',
    );
}
