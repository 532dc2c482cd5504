import type { FieldsDefinition, JsonObject, PageRequest, ProviderDefinition, ReadPart, RequestSpec } from '../../../src/kit/index.ts';
import { catalog, readsOf } from './catalog.ts';

/** Requests of a part: the first, and those behind a full page of either kind of position. */
function requestsOf(part: ReadPart, prepared: PageRequest['prepared'], pageSize: number, since: string): RequestSpec[] {
  const envelope = {
    paging: { next: { after: '7' } },
    nextRecordsUrl: '/services/data/v60.0/query/01gX-2000',
    next_cursor: 'c',
    additional_data: { next_cursor: 'c' },
    has_more: true,
  };
  const specs: RequestSpec[] = [];
  const positions: (JsonObject | null)[] = [null];
  for (const position of positions) {
    const page = { object: 'x', position, since, pageSize, prepared };
    specs.push(part.request(page));
    const at = typeof position?.at === 'string' ? position.at : sinceTime;
    for (const watermark of position?.isExclusive ? [nextDay(at)] : [at, nextDay(at)]) {
      const next = part.next(page, { envelope, headers: {}, count: pageSize, last: { id: '7', watermark } });
      if (next !== null && positions.length < 6) positions.push(next);
    }
  }
  return specs;
}

function behindCursor({ request, cursor }: FieldsDefinition): RequestSpec {
  return cursor ? { ...request, query: { ...request.query, [cursor.name]: 'c' } } : request;
}

const sinceTime = '2026-01-01T00:00:00.000Z';

function nextDay(at: string): string {
  return new Date(Date.parse(at) + 86_400_000).toISOString();
}

/** What a provider can ever ask: of every read of every object, and beside them. */
export function everyRequest(
  provider: ProviderDefinition,
  { prepared = null, position = sinceTime }: { prepared?: PageRequest['prepared']; position?: string } = {},
): RequestSpec[] {
  const reads = readsOf(provider).flatMap(({ read, object, kind }) => {
    const { pageSizeMax, get, delta, batch, fields } = catalog.object(provider.name, object);
    const since = kind === 'delta' ? position : sinceTime;
    const parts = read.parts.flatMap((part) => requestsOf(part, prepared, pageSizeMax, since));
    const start = kind === 'delta' && delta?.start.from === 'asked' ? [delta.start.request] : [];
    return [
      ...start,
      ...(read.prepare ? [read.prepare.request] : []),
      ...parts,
      ...(get ? [get('7')] : []),
      ...(batch ? [batch.request(['7', '8'], prepared)] : []),
      ...(fields ? [fields.request, behindCursor(fields)] : []),
    ];
  });
  return [...reads, provider.account.request];
}
