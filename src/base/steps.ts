/** Work of some milliseconds that pauses now and then. */
export type Steps<T> = Generator<undefined, T>;

export function atOnce<T>(work: Steps<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** What came meanwhile (answers of the provider, of Postgres) is handled between the steps. */
export async function withBreaks<T>(work: Steps<T>): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
