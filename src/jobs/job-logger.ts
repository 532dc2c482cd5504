import { Logger as JobLogger } from 'graphile-worker';
import type { Logger } from '../ops/logger.ts';

/** graphile-worker's words in our log. It reports every job at info level; the engine's own lines say more. */
export function createJobLogger(log: Logger): JobLogger {
  return new JobLogger((scope) => (level, message, meta) => {
    const line = { ...scope, ...(meta?.error === undefined ? {} : { err: meta.error }) };
    if (level === 'error') log.error(line, message);
    else if (level === 'warning') log.warn(line, message);
    else log.debug(line, message);
  });
}
