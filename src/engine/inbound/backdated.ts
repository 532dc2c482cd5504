import { type ObjectDefinition, type PageRequest, type ReadDefinition, type ReadPart, readOf } from '../../kit/index.ts';
import { sinceOf } from './watermark-rules.ts';

/**
 * The object as a sync sees it that begins at a time: its full read is a read of what was modified since, and no other read reaches
 * further back. Nothing follows from what such a full read misses; a pass over the keys still meets everything there is.
 */
export function backdated(definition: ObjectDefinition, startFrom: Date | null): ObjectDefinition {
  const changes = readOf(definition, 'window');
  if (startFrom === null || changes === undefined) return definition;
  const { incremental, keys, full, deletions } = definition;
  const start = sinceOf('datetime', startFrom.toISOString(), 0, incremental?.filterStepSeconds)!;
  return {
    ...definition,
    full: beginningAt(start, { ...changes, parts: changes.parts.filter((part) => part.signal === 'records') }),
    ...(incremental && { incremental: { ...incremental, ...beginningAt(start, incremental) } }),
    window: beginningAt(start, changes),
    keys: keys ?? full,
    ...(deletions && { deletions: { ...deletions, parts: deletions.parts.map((part) => partBeginningAt(start, part)) } }),
  };
}

function beginningAt(start: string, { prepare, parts }: ReadDefinition): ReadDefinition {
  return { ...(prepare && { prepare }), parts: parts.map((part) => partBeginningAt(start, part)) };
}

/** `since` reaches back to the start at most, and never misses. */
function partBeginningAt(start: string, part: ReadPart): ReadPart {
  return {
    ...part,
    request: (page) => part.request(beginningPage(start, page)),
    next: (page, answer) => part.next(beginningPage(start, page), answer),
  };
}

function beginningPage(start: string, page: PageRequest): PageRequest {
  const isLater = page.since !== null && Date.parse(page.since) > Date.parse(start);
  return isLater ? page : { ...page, since: start };
}
