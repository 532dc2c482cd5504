import { StartRefusal } from '../base/start-refusal.ts';
import { placeOf } from './place-of.ts';

/** A start that its database does not allow, as a sentence for whoever runs it; any other error as it is. */
export function explainRefusal(error: unknown, databaseUrl: string): unknown {
  const sentence = sentenceOf(error as { code?: string; message?: string });
  return sentence === null ? error : refusal(databaseUrl, sentence, error);
}

export interface ServerFacts {
  version: string;
  number: number;
  encoding: string;
}

const versionMin = 150_000;

/** What would fail later, in the middle of somebody's data; null: nothing. */
export function whyUnusable({ version, number, encoding }: ServerFacts): string | null {
  if (number < versionMin) return `It is Postgres ${version}; Syncline needs 15 or newer.`;
  if (encoding !== 'UTF8')
    return `Its encoding is ${encoding}, which cannot hold every text: create it with encoding 'UTF8' template template0.`;
  return null;
}

export function refusal(databaseUrl: string, sentence: string, cause?: unknown): StartRefusal {
  return new StartRefusal(
    `The database of DATABASE_URL${shown(placeOf(databaseUrl))} cannot be used. ${sentence}`,
    cause === undefined ? undefined : { cause },
  );
}

function shown(place: string | null): string {
  return place === null ? '' : ` (${place})`;
}

function sentenceOf({ code = '', message = '' }: { code?: string; message?: string }): string | null {
  const known = sentences[code];
  if (known) return known;
  if (message === 'The server does not support SSL connections')
    return 'It offers no TLS. Turn it on there, or take sslmode out of the URL for a network that you trust.';
  if (certificateCodes.test(code))
    return `Its certificate could not be verified (${code}). Name its CA: ?sslmode=verify-full&sslrootcert=<file>.`;
  if (message.startsWith('SASL')) return 'The login did not come about. Put the user and its password into the URL.';
  if (/^(timeout expired|Connection terminated due to connection timeout)/.test(message)) return silent;
  if (message.startsWith('Connection terminated') || message.startsWith('received invalid response'))
    return 'What answers there is no Postgres, or it hung up. Look at host and port.';
  return null;
}

const silent = 'It does not answer. Look at host and port, and at firewalls in between.';
const unknownHost = 'Its host name is not known here. Look at its spelling, and at DNS.';
const login = 'It refuses the login. Look at user and password, and at what pg_hba.conf allows from here.';

/** Node's codes, and SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const sentences: Record<string, string> = {
  ECONNREFUSED: 'Nothing listens there. Start it, or correct host and port.',
  ENOENT: 'There is no such socket. Start it, or correct the path.',
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  ETIMEDOUT: silent,
  EHOSTUNREACH: silent,
  ENETUNREACH: silent,
  ECONNRESET: 'What answers there is no Postgres, or it hung up. Look at host and port.',
  '28P01': login,
  '28000': login,
  '3D000': 'There is no database of this name. Create it, empty, with the encoding UTF8.',
  '42501': 'The user may not create what Syncline needs. Make it the owner of the database: alter database … owner to …',
  '25006': 'It takes no writes. Give the address of the primary, and a user whose sessions may write.',
  '53100': 'Its disk is full. Make room there.',
  '53300': 'It, or this user, has no connection left. Raise the limit, or start fewer processes.',
  '57P03': 'It is starting up or shutting down. Try again in a moment.',
};

const certificateCodes =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|INVALID_CA)$/;
