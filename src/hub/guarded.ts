import { asDestinationFailure } from './destination-failure.ts';

/**
 * The same verbs; what their database refuses becomes a failure of the destination. Done in this one place, so that the same codes
 * of the control plane's database are never mistaken for it.
 */
export function guarded<Verbs extends object>(verbs: Verbs): Verbs {
  return Object.fromEntries(Object.entries(verbs).map(([name, verb]) => [name, isVerb(verb) ? guard(verb) : verb])) as Verbs;
}

type Verb = (...input: unknown[]) => unknown;

function isVerb(member: unknown): member is Verb {
  return typeof member === 'function';
}

function guard(verb: Verb): Verb {
  return async (...input) => {
    try {
      return await verb(...input);
    } catch (error) {
      throw asDestinationFailure(error) ?? error;
    }
  };
}
