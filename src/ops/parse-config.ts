import path from 'node:path';
import { z } from 'zod';
import { Secret } from '../base/secret.ts';
import { StartRefusal } from '../base/start-refusal.ts';
import { type Config, defaultLimits, type Limits } from './config.ts';

/** Everything that is wrong with the environment, in one message. */
export class ConfigError extends StartRefusal {
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const operatorKeyCharsMin = 32;
const encryptionKeyBytes = 32;
const portMax = 65_535;

/** The only reader of the environment. Every variable is described in docs/operating.md. */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const problems = unknownNames(env);
  const parsed = variables.safeParse(withoutEmpty(env));
  if (!parsed.success) {
    for (const issue of parsed.error.issues) problems.push(`${issue.path.join('.') || 'environment'}: ${issue.message}`);
    throw new ConfigError(problems);
  }
  const given = parsed.data;
  const environment = given.SYNCLINE_ENV ?? (given.DATABASE_URL ? 'production' : 'development');
  if (environment === 'production') problems.push(...productionProblems(given));
  const limits = { ...defaultLimits, ...given.SYNCLINE_LIMITS };
  if (!given.SYNCLINE_TEST_CLOCK) problems.push(...limitsProblems(limits));
  if (problems.length) throw new ConfigError(problems);
  return {
    environment,
    databaseUrl: given.DATABASE_URL ? new Secret(given.DATABASE_URL) : null,
    dataDir: path.resolve(given.SYNCLINE_DATA_DIR),
    port: given.PORT,
    host: given.SYNCLINE_HOST ?? (environment === 'production' ? '0.0.0.0' : '127.0.0.1'),
    publicUrl: given.SYNCLINE_PUBLIC_URL ?? `http://localhost:${given.PORT}`,
    encryptionKeys: given.SYNCLINE_ENCRYPTION_KEYS ?? [],
    operatorKey: given.SYNCLINE_OPERATOR_KEY ? new Secret(given.SYNCLINE_OPERATOR_KEY) : null,
    workerConcurrency: given.SYNCLINE_WORKER_CONCURRENCY,
    poolMax: given.SYNCLINE_POOL_MAX,
    hubPoolMax: given.SYNCLINE_HUB_POOL_MAX,
    logLevel: given.SYNCLINE_LOG_LEVEL ?? (environment === 'production' ? 'info' : 'warn'),
    originOverrides: given.SYNCLINE_ORIGIN_OVERRIDES ?? {},
    allowPrivateAddresses: given.SYNCLINE_ALLOW_PRIVATE ?? environment === 'development',
    sqlAddress: given.SYNCLINE_SQL_ADDRESS ?? null,
    testClock: given.SYNCLINE_TEST_CLOCK ?? false,
    limits,
  };
}

const flag = z.enum(['0', '1', 'false', 'true'], 'must be 1 or 0').transform((text) => text === '1' || text === 'true');
const count = (min: number, max: number) => z.coerce.number('must be a number').int().min(min).max(max);

function json<T extends z.ZodType>(schema: T) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

const httpUrl = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'must be an http or https URL')
  .transform((text) => text.replace(/\/+$/, ''));

/** Pages, redirect URIs and origin checks are built from it: nothing but an origin serves, in the one way that browsers write it. */
const publicUrl = httpUrl
  .refine((text) => {
    const { username, password, pathname, search, hash } = new URL(text);
    return `${username}${password}${search}${hash}` === '' && pathname === '/';
  }, 'must be an origin such as https://sync.example.com, without a path')
  .transform((text) => new URL(text).origin);

/** What the driver would refuse with a stack; a socket's URL has no host. */
const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must be a postgresql:// URL')
  .refine((text) => URL.canParse(text.replace('@/', '@socket/')), 'is not a URL; percent-encode odd characters of the password');

/** Shown to vendors beside a user name and a password: a host name or an address (IPv6 in brackets), and a port. */
const sqlAddress = z.string().regex(/^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[1-9]\d{0,4}$/, 'must be host:port such as db.example.com:5432');

/** As a bearer token can carry it, and not to be taken for an application's key. */
const operatorKey = z
  .string()
  .min(operatorKeyCharsMin, `must have at least ${operatorKeyCharsMin} characters`)
  .regex(/^(?!sk_)[\x21-\x7e]+$/, 'must be visible ASCII characters without spaces, and not begin with sk_');

/** `k2:<base64 of 32 bytes>,k1:…`: the first seals, all open. */
const encryptionKeys = z.string().transform((text, context) => {
  const keys = text.split(',').map((part) => {
    const [, id = '', encoded = ''] = /^\s*([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/=]+)\s*$/.exec(part) ?? [];
    return { id, key: Buffer.from(encoded, 'base64') };
  });
  if (keys.some(({ id, key }) => !id || key.length !== encryptionKeyBytes))
    context.addIssue({
      code: 'custom',
      message: 'must be <id>:<base64 of 32 bytes>, several parted by commas; make one with: openssl rand -base64 32',
    });
  else if (new Set(keys.map(({ id }) => id)).size !== keys.length) context.addIssue({ code: 'custom', message: 'names one key id twice' });
  return keys;
});

/** Spans of time and shares; every other limit counts something. */
const fractional: ReadonlySet<string> = new Set<keyof Limits>([
  'sliceSecondsMax',
  'tickSeconds',
  'requestTimeoutSeconds',
  'guardShareMax',
  'hookPauseSeconds',
  'webhookTimeoutSeconds',
  'followSecondsMax',
]);
const whole = z.int('must be a whole number').positive();

const limits = z.strictObject(
  Object.fromEntries(
    Object.keys(defaultLimits).map((name) => [name, (fractional.has(name) ? z.number().positive() : whole).optional()]),
  ) as Record<keyof Limits, z.ZodOptional<z.ZodNumber>>,
);

const variables = z.object({
  PORT: count(1, portMax).default(4000),
  DATABASE_URL: databaseUrl.optional(),
  SYNCLINE_ENV: z.enum(['development', 'production'], 'must be development or production').optional(),
  SYNCLINE_DATA_DIR: z.string().default('.syncline'),
  SYNCLINE_HOST: z.string().optional(),
  SYNCLINE_PUBLIC_URL: publicUrl.optional(),
  SYNCLINE_ENCRYPTION_KEYS: encryptionKeys.optional(),
  SYNCLINE_OPERATOR_KEY: operatorKey.optional(),
  SYNCLINE_WORKER_CONCURRENCY: count(1, 100).default(4),
  SYNCLINE_POOL_MAX: count(3, 500).default(10),
  SYNCLINE_HUB_POOL_MAX: count(2, 500).default(8),
  SYNCLINE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent'], 'must be debug, info, warn, error or silent').optional(),
  SYNCLINE_ORIGIN_OVERRIDES: json(z.record(z.string(), httpUrl)).optional(),
  SYNCLINE_ALLOW_PRIVATE: flag.optional(),
  SYNCLINE_SQL_ADDRESS: sqlAddress.optional(),
  SYNCLINE_TEST_CLOCK: flag.optional(),
  SYNCLINE_LIMITS: json(limits).optional(),
});

function productionProblems(given: z.output<typeof variables>): string[] {
  const problems: string[] = [];
  if (!given.DATABASE_URL) problems.push('DATABASE_URL: production needs a Postgres of its own; the embedded one is for development.');
  if (!given.SYNCLINE_ENCRYPTION_KEYS)
    problems.push('SYNCLINE_ENCRYPTION_KEYS: production makes no key by itself. Set k1:<base64>, made with: openssl rand -base64 32');
  if (given.SYNCLINE_ORIGIN_OVERRIDES)
    problems.push('SYNCLINE_ORIGIN_OVERRIDES: stand-ins for providers are for development and tests only.');
  if (given.SYNCLINE_TEST_CLOCK) problems.push('SYNCLINE_TEST_CLOCK: the test clock is for tests only.');
  return problems;
}

/** Limits that contradict each other. Tests let leases end sooner, to kill workers without waiting. */
function limitsProblems({ leaseSeconds, requestTimeoutSeconds, guardShareMax }: Limits): string[] {
  const problems: string[] = [];
  if (leaseSeconds <= requestTimeoutSeconds)
    problems.push(
      `SYNCLINE_LIMITS: leaseSeconds (${leaseSeconds}) must be longer than requestTimeoutSeconds (${requestTimeoutSeconds}), or one slow answer costs a worker its lease.`,
    );
  if (guardShareMax > 1) problems.push('SYNCLINE_LIMITS: guardShareMax is a share and must be at most 1.');
  return problems;
}

/** A misspelt variable is worse than a missing one: it is believed to be set. */
function unknownNames(env: Record<string, string | undefined>): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('SYNCLINE_') && !(name in variables.shape))
    .map((name) => `${name}: no such variable. Known: ${Object.keys(variables.shape).join(', ')}.`);
}

/** `FOO=` in an env file means "not set". */
function withoutEmpty(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''));
}
