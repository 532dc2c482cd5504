const semiSpaceFlag = '--max-semi-space-size=';

/**
 * Half of the young generation, megabytes. Records in flight are few and bounded: a larger one would only hold more garbage
 * (16 MB: 20 MB more, and no faster).
 */
const semiSpaceMb = 4;

/** How much more the heap may hold, percent, before V8 looks through all of it. Its own choice is between 10 and 300, by the speed of the moment. */
const heapGrowingPercent = 40;

/**
 * A worker's garbage is looked for by its own thread alone. Helping threads took a seventh of a load's processor time, and a fifth of a
 * re-read's, for a heap of some 40 MB: on a machine that Postgres shares, that is Postgres's time. It costs 12 MB more.
 */
const workerFlags = ['--no-parallel-scavenge', '--no-concurrent-marking', '--no-concurrent-sweeping'];

/** glibc keeps freed memory apart for every thread that asked for some: one place for all is 10 MB less, and no slower here. */
const mallocArenas = '1';

/**
 * Begins the program again in the same process with its memory bounded: V8 and the C library take these bounds at their start
 * only. The process keeps its id, its files and whoever waits for it; a process that speaks with its parent by Node's own
 * channel is left alone, because the channel would be lost.
 * https://nodejs.org/api/process.html#processexecvefile-args-env
 */
export function boundMemory(): void {
  const { execArgv, execPath, argv, env } = process;
  const isBound = execArgv.some((word) => word.startsWith(semiSpaceFlag));
  if (isBound || process.connected || typeof process.execve !== 'function') return;
  process.execve(
    execPath,
    [
      execPath,
      `${semiSpaceFlag}${semiSpaceMb}`,
      `--heap-growing-percent=${heapGrowingPercent}`,
      '--expose-gc',
      ...(argv[2] === 'work' ? workerFlags : []),
      ...execArgv,
      ...argv.slice(1),
    ],
    {
      ...(env as Record<string, string>),
      MALLOC_ARENA_MAX: env.MALLOC_ARENA_MAX ?? mallocArenas,
    },
  );
}
