import { getCompileCacheDir } from 'node:module';
import { Worker } from 'node:worker_threads';
import { ProviderError } from '../../kit/index.ts';
import { openPacked, type PackedPage } from './packed-page.ts';
import type { ThreadAnswer, ThreadQuestion } from './page-thread.ts';
import type { OpenedPage, PageInput } from './read-page.ts';

/** A smaller page is read before another thread has been asked. */
export const threadPageBytesMin = 64 * 1024;
/** Without a page for so long, the thread and its memory go. */
const idleMs = 10_000;
/** Of the thread's young generation: what it makes for one page is garbage with the next. */
const youngGenerationMb = 12;
/** A thread that has ended so often by itself is not begun again. */
const endsMax = 3;

/** The thread is gone, and the page can be read here: its bytes are as they were. */
export class ThreadEnded extends Error {}

let thread: PageThread | null = null;
let ends = 0;

/**
 * Lets another thread of this process cut, pick and hash a page: two thirds of what a re-read of unchanged records costs, and
 * nothing that this one must wait for. null: the page is too small for it, or not in memory that threads share.
 */
export function openInThread(input: PageInput): Promise<OpenedPage> | null {
  const { buffer, byteOffset, length } = input.body;
  if (length < threadPageBytesMin || !(buffer instanceof SharedArrayBuffer) || ends >= endsMax) return null;
  thread ??= new PageThread(new URL('./page-thread.ts', import.meta.url));
  return thread.open(input, new Uint8Array(buffer, byteOffset, length));
}

/** Tests: ends the thread as a crash would. */
export async function endPageThread(): Promise<void> {
  await thread?.kill();
}

interface Waiting {
  opened: PromiseWithResolvers<Extract<ThreadAnswer, { kind: 'opened' }>['opened']>;
  page: PromiseWithResolvers<PackedPage>;
}

class PageThread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  private idle: NodeJS.Timeout | undefined;

  constructor(program: URL) {
    const compiled = getCompileCacheDir();
    this.worker = new Worker(program, {
      execArgv: [],
      // Without the compiled code of before, the thread would be twice as large: it would hold what turns TypeScript into JavaScript.
      env: compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled },
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
    });
    // It keeps no process alive: who waits for a page has requests and sessions that do.
    this.worker.unref();
    this.worker.on('message', (answer: ThreadAnswer) => this.take(answer));
    this.worker.on('error', (error) => this.end(error));
    this.worker.on('exit', () => this.end());
  }

  open(input: PageInput, body: Uint8Array<SharedArrayBuffer>): Promise<OpenedPage> {
    clearTimeout(this.idle);
    const { part, object, watermark, recordBytesMax, headers, askedSeq } = input;
    const id = ++this.asked;
    const waiting: Waiting = { opened: Promise.withResolvers(), page: Promise.withResolvers() };
    waiting.page.promise.catch(() => undefined); // it is awaited by who reads the page
    this.waiting.set(id, waiting);
    const question: ThreadQuestion = {
      ...{ id, body, watermark, recordBytesMax },
      part: { recordsPath: part.recordsPath, signal: part.signal, isLagging: part.isLagging },
      object: { record: object.record },
    };
    this.worker.postMessage(question);
    return waiting.opened.promise.then((opened) => {
      const answer = { ...opened, headers };
      const rest = { asked: input.body, askedSeq: part.isLagging ? 0n : askedSeq, answer };
      return { answer, read: async () => openPacked(await waiting.page.promise, rest) };
    });
  }

  async kill(): Promise<void> {
    await this.worker.terminate();
  }

  private take(answer: ThreadAnswer): void {
    const { opened, page } = this.waiting.get(answer.id)!;
    if (answer.kind === 'opened') opened.resolve(answer.opened);
    else if (answer.kind === 'page') page.resolve(answer.page);
    else fail({ opened, page }, new ProviderError(answer.meaning, answer.message));
    if (answer.kind === 'opened') return;
    this.waiting.delete(answer.id);
    ends = 0;
    if (this.waiting.size === 0) this.idle = setTimeout(() => this.leave(), idleMs).unref();
  }

  private leave(): void {
    thread = null;
    void this.worker.terminate();
  }

  /** Once, whatever comes first: its error, or its end. One that left for want of work has nobody waiting. */
  private end(cause?: Error): void {
    if (thread !== this) return;
    thread = null;
    ends++;
    process.emitWarning('The thread that reads pages has ended by itself: they are read in the main one.', {
      type: 'SynclineWarning',
      detail: cause?.stack ?? 'It said nothing.',
    });
    for (const one of this.waiting.values()) fail(one, new ThreadEnded('the thread that reads pages has ended', { cause }));
    this.waiting.clear();
  }
}

function fail({ opened, page }: Waiting, error: Error): void {
  opened.reject(error);
  page.reject(error);
}
