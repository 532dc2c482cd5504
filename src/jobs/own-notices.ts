import { EventEmitter } from 'node:events';
import type { WorkerEvents } from 'graphile-worker';
import type { Logger } from '../ops/logger.ts';

/**
 * Every role of a database may send notifications, and issued SQL roles log in to ours. New jobs are looked for anyway, so a false notice
 * of one does nothing; but graphile-worker also ends a worker that is told of a breaking migration. Nobody can be told so: the
 * queue's schema changes with our releases, which are started one after the other.
 */
export function ownNotices(log: Logger): WorkerEvents {
  const events = new EventEmitter() as WorkerEvents;
  events.on('pool:listen:success', ({ client }) => {
    // Behind the statement that listens, which is queued right after this event.
    setImmediate(() => {
      client
        .query('unlisten "worker:migrate"')
        .catch((error: Error) => log.warn({ err: error }, 'a worker listens to more than it should'));
    });
  });
  return events;
}
