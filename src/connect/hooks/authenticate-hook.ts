import { AppError, notFound } from '../../base/errors.ts';
import { findProvider } from '../../catalog/index.ts';
import type { ProviderConfig as ProviderConfigRow } from '../../db/generated/client.ts';
import type { HookDefinition } from '../../kit/index.ts';
import type { PublicConnectCtx } from '../context.ts';
import { clientIdentity, deletedStatus } from '../provider-config.ts';
import { hookUrl } from './hook-url.ts';
import { refuseSignature } from './verify-signature.ts';

/** A request to the address of a provider config's hooks. */
export interface IncomingHook {
  token: string;
  method: string;
  /** The query as it was written, with its question mark; empty: there is none. */
  search: string;
  /** Lower case names. */
  headers: Record<string, string>;
  body: Buffer;
}

export interface AuthenticHook {
  providerConfig: ProviderConfigRow;
  hooks: HookDefinition;
}

/** As we give them; anything else is nobody's, whatever the database would make of it. */
const tokenPattern = /^[\w-]{1,128}$/;

type HookCtx = Pick<PublicConnectCtx, 'db' | 'vault' | 'catalog' | 'clock' | 'log' | 'publicUrl'>;

/** Whose hook this is. Throws `not_found` for an address that nobody has, and `hook_signature_invalid` for what the provider did not sign. */
export async function authenticateHook(ctx: HookCtx, hook: IncomingHook): Promise<AuthenticHook> {
  const isToken = tokenPattern.test(hook.token);
  const providerConfig = isToken ? await ctx.db.prisma.providerConfig.findUnique({ where: { hookToken: hook.token } }) : null;
  if (!providerConfig || providerConfig.status === deletedStatus) throw notFound('hook address', '…');
  const { hooks } = await findProvider(ctx, providerConfig.applicationId, providerConfig.provider);
  if (!hooks) throw notFound('hook address', '…');
  const secret = secretOf(ctx, providerConfig, hooks);
  const uri = `${hookUrl(ctx.publicUrl, hook.token)}${hook.search}`;
  const refusal = secret === null ? 'no secret is stored' : refuseSignature(hooks.signature, secret, { ...hook, uri }, ctx.clock.now());
  if (refusal === null) return { providerConfig, hooks };
  throw new AppError('hook_signature_invalid', 'The signature of this hook is not valid, so it was not taken.', {
    internal: `provider config ${providerConfig.id}: ${refusal}`,
  });
}

function secretOf({ vault }: HookCtx, row: ProviderConfigRow, { secret }: HookDefinition): string | null {
  if (secret === 'client_secret') return row.clientSecretSealed === null ? null : clientIdentity(vault, row).clientSecret.reveal();
  return row.hookSecretSealed === null ? null : vault.open(`provider_config.hook_secret_sealed:${row.id}`, row.hookSecretSealed);
}
