/** What every list answers. */
export interface Page<T> {
  data: T[];
  next_cursor: string | null;
  has_more: boolean;
}

/**
 * A list: await it for its first page, or iterate over all entries of all pages.
 *
 * @example
 * const { data, next_cursor } = await syncline.customers.list({ page_size: 20 });
 * for await (const customer of syncline.customers.list()) console.log(customer.id);
 */
export class Pages<T, P extends Page<T> = Page<T>> implements PromiseLike<P>, AsyncIterable<T> {
  readonly #load: (cursor: string | undefined) => Promise<P>;
  readonly #cursor: string | undefined;

  constructor(load: (cursor: string | undefined) => Promise<P>, cursor: string | undefined) {
    this.#load = load;
    this.#cursor = cursor;
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting a list gives its first page
  then<A = P, B = never>(
    onPage?: ((page: P) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#load(this.#cursor).then(onPage, onError);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for await (const page of this.pages()) yield* page.data;
  }

  /** Page by page, for who keeps the cursors. */
  async *pages(): AsyncGenerator<P, void> {
    for (let cursor = this.#cursor; ; ) {
      const page = await this.#load(cursor);
      yield page;
      if (!page.has_more) return;
      if (page.next_cursor === null || page.next_cursor === cursor)
        throw new Error('The list says that there is more but does not move on.');
      cursor = page.next_cursor;
    }
  }
}
