import { z } from 'zod';
import { findProvider } from '../catalog/index.ts';
import type { Args } from '../db/index.ts';
import type { CredentialField, ProviderDefinition } from '../kit/index.ts';
import type { PublicConnectCtx } from './context.ts';
import { findOpenSession, type SessionRow } from './find-session.ts';
import { authOfKind } from './provider-config.ts';

/** Everything that the connect page shows. */
export interface ConnectPage {
  vendorName: string;
  providerName: string;
  authKind: 'oauth2' | 'api_key' | 'basic' | 'client_credentials';
  isReconnect: boolean;
  /** What will be read, in a customer's words. */
  reads: string[];
  fields: ConnectField[];
  returnUrl: string | null;
  origin: string | null;
}

export interface ConnectField {
  name: string;
  title: string;
  isSecret: boolean;
  isRequired: boolean;
  help: string | null;
}

export const GetConnectPage = z.strictObject({ token: z.string().max(200) });

export async function getConnectPage({ ctx, input }: PublicArgs<z.input<typeof GetConnectPage>>): Promise<ConnectPage> {
  const session = await findOpenSession(ctx, GetConnectPage.parse(input).token);
  const provider = await findProvider(ctx, session.applicationId, session.providerConfig.provider);
  const authKind = session.providerConfig.authKind as ConnectPage['authKind'];
  return {
    vendorName: session.providerConfig.application.name,
    providerName: provider.displayName,
    authKind,
    isReconnect: session.reconnectId !== null,
    reads: await whatIsRead(ctx, session, provider),
    fields: [...capturedFields(provider), ...credentialFields(provider, authKind)],
    returnUrl: session.returnUrl,
    origin: session.origin,
  };
}

/** A public verb has no actor to check: what it may do follows from the token in its input. */
export type PublicArgs<Input> = Omit<Args<Input>, 'ctx'> & { ctx: PublicConnectCtx };

/** The objects that the vendor's sync configs read; without any, what the provider offers. */
async function whatIsRead(ctx: PublicConnectCtx, session: SessionRow, provider: ProviderDefinition): Promise<string[]> {
  const configs = await ctx.db.prisma.syncConfig.findMany({
    where: { applicationId: session.applicationId, providerConfigId: session.providerConfigId, status: 'enabled' },
    select: { objects: true },
    orderBy: { createdAt: 'asc' },
  });
  const names = configs.flatMap(({ objects }) =>
    z
      .array(z.looseObject({ object: z.string() }))
      .parse(objects)
      .map(({ object }) => object),
  );
  const labels = (names.length > 0 ? names : Object.keys(provider.objects)).map((name) => provider.objects[name]?.label ?? name);
  return [...new Set(labels)];
}

export function credentialFields(provider: ProviderDefinition, kind: ConnectPage['authKind']): ConnectField[] {
  const auth = authOfKind(provider, kind);
  const declared: CredentialField[] = auth.kind === 'oauth2' ? [] : auth.fields;
  return declared.map(({ name, title, secret, help }) => ({ name, title, isSecret: secret, isRequired: true, help: help ?? null }));
}

function capturedFields(provider: ProviderDefinition): ConnectField[] {
  return Object.entries(provider.captured ?? {})
    .filter(([, declared]) => declared.from === 'form')
    .map(([name, { path, title, example, required, default: usual }]) => ({
      name: path,
      title: title ?? name,
      isSecret: false,
      isRequired: required && usual === undefined,
      help: example === undefined ? null : `For example: ${example}`,
    }));
}
