import { parseArgs } from 'node:util';
import type { Actor, Scope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import type { ConnectCtx } from '../connect/context.ts';
import { resealVault } from '../connect/reseal-vault.ts';
import { createApiKey, createApplication, getApplication, listApiKeys, revokeApiKey, type TenancyCtx } from '../tenancy/index.ts';

export type CliCtx = TenancyCtx & ConnectCtx;

export const cliUsage = `npm run syncline -- <command>

  applications create --name <name> [--return-url <url> …] [--origin <origin> …]
  keys create --application <id> --name <name> --scope <scope> [--scope <scope> …]
  keys list   --application <id>
  keys revoke --application <id> --key <id>
  reseal                          seals every stored secret with the first encryption key
  migrate                         brings the schema up to date
  serve | work | all              starts the API, a worker, or everything`;

interface CliDeps {
  contextFor(actor: Actor): CliCtx;
  print(line: string): void;
}

/** The commands of a person at a terminal: the same verbs as the API's. Answers the process's exit code. */
export async function runCli(words: string[], deps: CliDeps): Promise<number> {
  const command = commands[words.slice(0, 2).join(' ')] ?? commands[words[0] ?? ''];
  if (!command) {
    deps.print(cliUsage);
    return 2;
  }
  try {
    await command(readOptions(words), deps);
    return 0;
  } catch (error) {
    if (!(error instanceof AppError) && !isUsageError(error)) throw error;
    deps.print((error as Error).message);
    return 1;
  }
}

type Options = ReturnType<typeof readOptions>;

const commands: Record<string, (options: Options, deps: CliDeps) => Promise<void>> = {
  'applications create': createApplicationCommand,
  'keys create': createKeyCommand,
  'keys list': listKeysCommand,
  'keys revoke': revokeKeyCommand,
  reseal: resealCommand,
};

async function createApplicationCommand(options: Options, { contextFor, print }: CliDeps): Promise<void> {
  const ctx = contextFor({ kind: 'operator', id: 'cli' });
  const input = { name: required(options.name, '--name'), returnUrls: options['return-url'] ?? [], origins: options.origin ?? [] };
  const { application, apiKey } = await createApplication({ ctx, input });
  print(`Application  ${application.id}  ${application.name}`);
  print(`API key      ${apiKey.key}`);
  print('The key is shown this once. Keep it where your server finds it.');
}

async function createKeyCommand(options: Options, deps: CliDeps): Promise<void> {
  const ctx = await applicationContext(options, deps);
  const input = { name: required(options.name, '--name'), scopes: (options.scope ?? []) as Scope[] };
  const key = await createApiKey({ ctx, input });
  deps.print(`API key ${key.id}  ${key.key}`);
  deps.print('The key is shown this once. Keep it where your server finds it.');
}

async function listKeysCommand(options: Options, deps: CliDeps): Promise<void> {
  const ctx = await applicationContext(options, deps);
  let cursor: string | undefined;
  do {
    const page = await listApiKeys({ ctx, input: { cursor } });
    for (const key of page.data)
      deps.print(
        `${key.id}  ${key.prefix}…  ${key.name}  ${key.scopes.join(',')}${key.revokedAt ? `  revoked ${key.revokedAt.toISOString()}` : ''}`,
      );
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
}

async function revokeKeyCommand(options: Options, deps: CliDeps): Promise<void> {
  const ctx = await applicationContext(options, deps);
  const key = await revokeApiKey({ ctx, input: { apiKeyId: required(options.key, '--key') } });
  deps.print(`Revoked ${key.id}`);
}

async function resealCommand(_options: Options, { contextFor, print }: CliDeps): Promise<void> {
  const { resealed, unreadable } = await resealVault({ ctx: contextFor({ kind: 'operator', id: 'cli' }) });
  print(`Sealed ${resealed} stored secrets anew with the first key.`);
  if (unreadable > 0)
    throw new AppError('internal', `${unreadable} do not open with any key and were left as they are; the log names them.`);
  print('The keys behind it may be removed now.');
}

/** Acts for one application, which must exist. */
async function applicationContext(options: Options, { contextFor }: CliDeps): Promise<CliCtx> {
  const ctx = contextFor({ kind: 'system', id: 'cli', applicationId: required(options.application, '--application') });
  await getApplication({ ctx });
  return ctx;
}

function readOptions(words: string[]) {
  return parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      application: { type: 'string' },
      key: { type: 'string' },
      scope: { type: 'string', multiple: true },
      'return-url': { type: 'string', multiple: true },
      origin: { type: 'string', multiple: true },
    },
  }).values;
}

function required(value: string | undefined, name: string): string {
  if (value === undefined) throw new AppError('input_invalid', `${name} is missing.\n\n${cliUsage}`);
  return value;
}

function isUsageError(error: unknown): boolean {
  return error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
}
