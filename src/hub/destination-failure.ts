import { AppError } from '../base/errors.ts';

/** What is wrong with a destination, as its vendor is told. None of it says more about a network than that nobody answered. */
const sentences = {
  unreachable: 'The destination’s database cannot be reached. Nothing is lost: runs go on from their checkpoints when it answers again.',
  login: 'The destination’s database refuses our login. Give the password that holds now, then test the destination.',
  missing: 'The destination’s database does not exist on its server any more. Correct the destination, then test it.',
  full: 'The destination’s database has run out of room, memory or connections. Give it more; runs go on from their checkpoints.',
  read_only: 'The destination’s database takes no writes. Point the destination at the primary server.',
  rights: 'The destination’s database refuses a right that Syncline needs. Run the grant script again, then test the destination.',
  slow: 'The destination’s database did not finish a statement in time. The run goes on from its checkpoint later.',
} as const;

export type DestinationTrouble = keyof typeof sentences;

/** The states in which trying again at once, for another sync, would meet the same. */
const lasting: readonly DestinationTrouble[] = ['unreachable', 'login', 'missing', 'full', 'read_only', 'rights'];

/**
 * What an error that came out of a hub says about its database; null: nothing, it is a failure of ours. Only errors out of hubs
 * come here: the same codes of the control plane mean something else.
 */
export function asDestinationFailure(error: unknown): AppError | null {
  if (error instanceof AppError) return null;
  const { code, message } = error as { code?: unknown; message?: unknown };
  const trouble = typeof code === 'string' ? troubleOf(code) : isCutOff(String(message)) ? 'unreachable' : null;
  if (trouble) return new AppError('destination_unavailable', sentences[trouble], { cause: error, details: { reason: trouble } });
  if (typeof code === 'string' && isRefusal(code))
    return new AppError(
      'destination_refused',
      `The destination’s database refused a statement (SQLSTATE ${code}). Look at what was added to or taken from its tables: triggers, constraints, columns.`,
      { cause: error },
    );
  return null;
}

/** Whether every sync of the destination would meet the same. */
export function isLasting({ code, details }: AppError): boolean {
  return code === 'destination_unavailable' && lasting.includes(details?.reason as DestinationTrouble);
}

/** SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html; the others are Node's. */
function troubleOf(code: string): DestinationTrouble | null {
  if (code === '57014' || code === '25P03' || code === '55P03') return 'slow';
  if (code === '25006') return 'read_only';
  if (code === '3D000') return 'missing';
  if (code === '42501') return 'rights';
  if (code === '53300') return 'full';
  switch (code.slice(0, 2)) {
    case '08':
    case '57':
    case '58':
      return 'unreachable';
    case '28':
      return 'login';
    case '53':
      return 'full';
  }
  return unanswered.has(code) || code.startsWith('ERR_TLS_') || code.startsWith('CERT_') ? 'unreachable' : null;
}

const unanswered = new Set(
  ['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN', 'EPIPE'].concat(
    'EHOSTDOWN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ),
);

/** The words of pg where there is no code: a session that ended under a query, and a pool that waited long enough. */
function isCutOff(message: string): boolean {
  return /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|timeout expired)/.test(
    message,
  );
}

/** Data, constraints, raised errors and things that are not there: what a vendor adds to our tables, or takes away. */
function isRefusal(code: string): boolean {
  return /^(22|23|42|3F|54|P0|2F|38|39|0A)[0-9A-Z]{3}$/.test(code);
}
