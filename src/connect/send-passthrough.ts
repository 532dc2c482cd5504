import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { ProviderError, type RequestSpec } from '../kit/index.ts';
import { audit } from '../tenancy/index.ts';
import { createConnectionClient } from './connection-client.ts';
import type { ConnectCtx } from './context.ts';
import { type HeldConnection, holdConnection } from './held-connection.ts';
import { isOwnHeader, SendPassthrough } from './passthrough-input.ts';
import { type ProviderAnswer, refusedAnswer } from './send.ts';

/** What the provider answered, whatever its status. */
export interface PassthroughAnswer {
  status: number;
  headers: Record<string, string>;
  /** As it came, byte for byte. */
  body: Buffer;
}

const secondsMax = 60;
const answerBytesMax = 6 * 1024 * 1024;

/** Headers that say something about the answer; the others are the provider's talk with us (cookies, limits of all its callers). */
const shownHeaders = ['content-type', 'etag', 'last-modified', 'link', 'location', 'retry-after', 'date'];

/**
 * One request of the vendor's own, through a connection: with its credentials, within its limits, and audited before it leaves. A
 * refusal by the provider is an answer here; only what kept the request from being answered is an error.
 */
export async function sendPassthrough({ ctx, input }: Args<unknown, ConnectCtx>): Promise<PassthroughAnswer> {
  const { applicationId } = requireScope(ctx.actor, 'passthrough:write');
  const { connectionId, method, path, query, headers, json } = SendPassthrough.parse(input);
  const held = await holdConnection(ctx, applicationId, connectionId);
  refuseAuthHeader(held, headers ?? {});
  await withTransaction(ctx, (tx) =>
    audit(tx, ctx, { applicationId, action: 'connection.passed_through', target: `${connectionId} ${method} ${path}` }),
  );
  const category = method === 'GET' ? 'read' : 'write';
  const spec: RequestSpec = { method, path, category, ...(query && { query }), ...(headers && { headers }), ...bodyOf(json) };
  const answer = await ask(ctx, held, { applicationId, spec });
  if (answer.body.length > answerBytesMax)
    throw new AppError(
      'provider_rejected',
      `The provider's answer has ${answer.body.length} bytes, at most ${answerBytesMax} are passed on.`,
    );
  const shown = shownHeaders.flatMap((name) => (answer.headers[name] === undefined ? [] : [[name, answer.headers[name]] as const]));
  return { status: answer.status, headers: Object.fromEntries(shown), body: answer.body };
}

function bodyOf(json: unknown): Pick<RequestSpec, 'body'> {
  return json === undefined ? {} : { body: { contentType: 'application/json', text: JSON.stringify(json) } };
}

/** Which header carries the credentials is the provider's affair, so it is known only now. */
function refuseAuthHeader({ provider, credentials }: HeldConnection, headers: Record<string, string>): void {
  const auth = provider.auth.find(({ kind }) => kind === credentials.kind);
  const authHeader = auth && 'send' in auth ? auth.send?.header : undefined;
  const refused = Object.keys(headers).find((name) => !isOwnHeader(name, authHeader));
  if (refused !== undefined)
    throw new AppError('input_invalid', `The header ${JSON.stringify(refused)} carries this connection's credentials; leave it out.`, {
      issues: [{ in: 'body', path: `headers.${refused}`, message: 'is not a header that may be chosen' }],
    });
}

async function ask(
  ctx: ConnectCtx,
  held: HeldConnection,
  { applicationId, spec }: { applicationId: string; spec: RequestSpec },
): Promise<ProviderAnswer> {
  const signal = AbortSignal.timeout(secondsMax * 1000);
  try {
    return await createConnectionClient(ctx, applicationId, held, null).request(spec, { signal });
  } catch (error) {
    const refused = answerBehind(error);
    if (refused) return refused;
    if (signal.aborted)
      throw new AppError('provider_unavailable', `No answer came within ${secondsMax} seconds; the request may have taken effect.`);
    throw error;
  }
}

/** The provider's own answer, also where one resource said 401 and the credentials turned out to be good. */
function answerBehind(error: unknown): ProviderAnswer | undefined {
  if (!(error instanceof ProviderError)) return undefined;
  return refusedAnswer(error) ?? (error.meaning === 'forbidden' ? answerBehind(error.cause) : undefined);
}
