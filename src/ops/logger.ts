import { type Logger as Pino, pino } from 'pino';
import type { Config } from './config.ts';
import { logError } from './log-error.ts';

export type Logger = Pick<Pino, 'debug' | 'info' | 'warn' | 'error'> & { child(bindings: Record<string, unknown>): Logger };

/** Names under which a secret could stand if somebody logged an object whole. `Secret` prints `[sealed]` anyway. */
const redacted = ['password', 'authorization', 'cookie', 'access_token', 'refresh_token', 'client_secret', 'api_key', 'token', 'code'];

/** One wide line per request and per run, JSON, to standard error so that standard output stays for people. */
export function createLogger(config: Pick<Config, 'logLevel'>, bindings: Record<string, unknown> = {}): Logger {
  return pino(
    {
      level: config.logLevel,
      base: bindings,
      serializers: { err: (error: unknown) => logError(error) },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: redacted.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[sealed]' },
    },
    pino.destination({ fd: 2, sync: false }),
  );
}
