/** One for whatever keeps us from talking to a Postgres there: which of them it is says something about a network that is not ours to show. */
export const unreachable =
  'No Postgres could be reached there. Look at host and port, and let connections from this service through the firewall.';

/** What went wrong when a session was opened, as a sentence. Text of the other side is never shown: it need not be a Postgres that wrote it. */
export function connectSentence(error: unknown): string {
  const { code = '', message = '', severity } = error as { code?: string; message?: string; severity?: string };
  if (severity !== undefined) return loginSentence(code);
  if (message === 'The server does not support SSL connections')
    return 'The server offers no TLS. Turn it on there, or choose the TLS mode `disable` for a network that you trust.';
  if (certificateCodes.test(code))
    return 'The certificate of the server could not be verified: it must be valid, name this host, and come from the given CA (without one: a public CA).';
  if (tlsCodes.test(code)) return 'The server and we found no way to speak TLS with each other. It needs TLS 1.2 or newer.';
  if (message.startsWith('SASL') || message.startsWith('Unknown authenticationOk'))
    return 'The login did not come about. The user needs a password, and the server scram-sha-256 for it.';
  return unreachable;
}

/** A Postgres has answered: these are known to it, and to whoever has its address. */
function loginSentence(code: string): string {
  if (code === '28P01' || code === '28000')
    return 'The login was refused. Look at user, password and TLS mode, and at what pg_hba.conf allows from our addresses.';
  if (code === '3D000') return 'There is no database of this name.';
  if (code === '42501') return 'The user may not connect to this database. Grant it CONNECT.';
  if (code === '53300') return 'The server, or this user, has no connection left. Raise the limit, or lower connections_max.';
  if (code === '57P03') return 'The server is starting up or shutting down. Try again in a moment.';
  if (code === '08P01')
    return 'What answers refuses our session settings, as poolers in transaction mode do. Give the address of the Postgres itself, or of a pooler in session mode.';
  return 'The server refused the session.';
}

/** What went wrong while the rights were tried out. */
export function trialSentence(error: unknown, schema: string): string | null {
  const { code = '' } = error as { code?: string };
  if (code === '25006') return 'Sessions of this user are read-only. Point the destination at the primary, with writing allowed.';
  if (code === '42501') return `The user may not create and write a table in the schema ${schema}. Grant it what the grant script names.`;
  if (code === '57014') return 'The server answered, but took longer than the time-out of the destination allows.';
  if (code.startsWith('53')) return 'The server has no disk space, memory or connections left.';
  return null;
}

const certificateCodes =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)$/;
const tlsCodes = /^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+)$/;
