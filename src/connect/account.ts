import { compilePath, readPath } from '../base/path.ts';
import { ProviderError } from '../kit/index.ts';
import { parseExact } from './answer.ts';
import { type Authorised, sendAuthorised } from './send.ts';

export interface RemoteAccount {
  id: string;
  name: string | null;
}

/** The one call after connecting: it proves the credentials and says whose they are. */
export async function lookUpAccount(
  ctx: Parameters<typeof sendAuthorised>[0],
  who: Authorised,
  signal: AbortSignal,
): Promise<RemoteAccount> {
  const { account } = who.provider;
  const answer = await sendAuthorised(ctx, who, account.request, { signal });
  const body = parse(answer.body.toString('utf8'), answer.status);
  const id = textOf(readPath(body, compilePath(account.id)));
  if (id === null) throw new ProviderError('invalid', 'The provider did not say which account this is.', { status: answer.status });
  return { id, name: account.name === undefined ? null : textOf(readPath(body, compilePath(account.name))) };
}

function parse(text: string, status: number): unknown {
  try {
    return parseExact(text);
  } catch (cause) {
    throw new ProviderError('unavailable', 'The provider answered the account look-up with something that is not JSON.', { status, cause });
  }
}

function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}
