import { type Answer, bytesOf } from '../http.ts';
import type { Store } from '../store/store.ts';

/** Rendered pages of one store, as long as nothing is written to it. */
interface Pages {
  revision: number;
  size: number;
  bytes: number;
  bySearch: Map<string, Buffer>;
}

const caches = new WeakMap<Store, Pages>();

/** Gives a page as it was rendered before. Filled by the first reading, up to `bytesMax`; 0 switches it off. */
export function cachedPage(store: Store, search: string, bytesMax: number, render: () => Answer): Answer {
  if (bytesMax === 0) return render();
  let pages = caches.get(store);
  if (!pages || pages.revision !== store.revision || pages.size !== store.size) {
    pages = { revision: store.revision, size: store.size, bytes: 0, bySearch: new Map() };
    caches.set(store, pages);
  }
  const known = pages.bySearch.get(search);
  if (known) return { status: 200, body: known };
  const answer = render();
  const body = bytesOf(answer.body);
  if (answer.status === 200 && pages.bytes + body.length <= bytesMax) {
    pages.bySearch.set(search, body);
    pages.bytes += body.length;
  }
  return { ...answer, body };
}
