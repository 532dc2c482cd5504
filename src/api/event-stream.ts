/** One event of a stream. Without data it moves the reader's position and tells nobody. */
export interface StreamEvent {
  event: string;
  id: string | null;
  /** One line of text; null: nothing to tell. */
  data: Uint8Array | string | null;
}

interface StreamOptions {
  /** The stream ends after this long, also when nobody reads it. */
  secondsMax: number;
  /** What a failure on the way says: the answer has long begun. */
  problem(error: unknown): string;
}

/**
 * Server-sent events from what a generator yields: https://html.spec.whatwg.org/multipage/server-sent-events.html. Nothing is
 * made before somebody reads; who goes away ends the generator.
 */
export function eventStream(events: AsyncIterator<StreamEvent, void>, { secondsMax, problem }: StreamOptions): ReadableStream<Uint8Array> {
  let timer: NodeJS.Timeout | undefined;
  const end = async () => {
    clearTimeout(timer);
    await events.return?.();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        timer = setTimeout(() => {
          controller.close();
          void end();
        }, secondsMax * 1000);
      },
      async pull(controller) {
        const next = await events.next().catch((error: unknown) => ({ done: false as const, value: failed(problem(error)) }));
        if (next.done) {
          clearTimeout(timer);
          return closeOnce(controller);
        }
        for (const bytes of bytesOf(next.value)) enqueue(controller, bytes);
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
}

function failed(problem: string): StreamEvent {
  return { event: 'problem', id: null, data: problem };
}

function bytesOf({ event, id, data }: StreamEvent): Uint8Array[] {
  const position = id === null ? '' : `id: ${id}\n`;
  if (data === null) return [Buffer.from(`: quiet\n${position}\n`)];
  const head = Buffer.from(`event: ${event}\n${position}data: `);
  return [Buffer.concat([head, typeof data === 'string' ? Buffer.from(data) : data, Buffer.from('\n\n')])];
}

/** The time may be over while a page is being read: what comes then goes nowhere. */
function enqueue(controller: ReadableStreamDefaultController<Uint8Array>, bytes: Uint8Array): void {
  try {
    controller.enqueue(bytes);
  } catch {
    // The stream is closed.
  }
}

function closeOnce(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.close();
  } catch {
    // It was closed by the time.
  }
}
