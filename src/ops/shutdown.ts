import type { Logger } from './logger.ts';

/** What was started, ended in the opposite order, once, within bounds. */
export interface Shutdown {
  /** `stop` runs when the process ends; what was added last ends first. */
  add(name: string, stop: () => Promise<unknown>): void;
  /** Ends everything; later calls wait for the first. */
  run(reason: string): Promise<void>;
}

/** A part that does not end in time is left to the process's end. */
const partMsMax = 15_000;

export function createShutdown(log: Logger): Shutdown {
  const parts: { name: string; stop: () => Promise<unknown> }[] = [];
  let running: Promise<void> | undefined;
  return {
    add: (name, stop) => void parts.push({ name, stop }),
    run(reason) {
      running ??= (async () => {
        log.info({ reason }, 'stopping');
        for (const part of parts.reverse()) await stopPart(part, log);
      })();
      return running;
    },
  };
}

async function stopPart({ name, stop }: { name: string; stop: () => Promise<unknown> }, log: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${partMsMax} ms`)), partMsMax);
  });
  try {
    await Promise.race([stop(), late]);
  } catch (error) {
    log.error({ err: error, part: name }, 'a part did not stop cleanly');
  } finally {
    clearTimeout(timer);
  }
}

const parentPollMs = 500;
/** One Ctrl-C arrives several times: from the terminal, from npm and from the launcher. */
const sameSignalMsMax = 1_500;

/** SIGINT, SIGTERM, SIGHUP and, under npm, the end of npm itself stop the process; a second signal ends it at once. */
export function stopOnSignals(stop: (reason: string) => Promise<void>, env: { isUnderNpm: boolean }): void {
  let stoppingSince: number | undefined;
  const begin = (reason: string) => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > sameSignalMsMax) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    stop(reason).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => begin(signal));
  // A SIGTERM to npm ends npm and its shell and never reaches us (seen with npm 11): watch whose child we are.
  if (env.isUnderNpm) {
    const parent = process.ppid;
    const poll = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(poll);
      begin('npm has ended');
    }, parentPollMs);
    poll.unref();
  }
}
