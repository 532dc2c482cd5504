/**
 * A dotted path into parsed JSON: `properties.email`, `records.0.Id`. `\.` is a literal dot; `a|b` means the first of
 * both that is there. Only own members are seen, so that no path reaches a prototype.
 */
export interface Path {
  text: string;
  /** Tried in order. */
  alternatives: readonly (readonly string[])[];
}

const compiled = new Map<string, Path>();
/** Paths come from declarations, some of which vendors make: when there are too many, those in use are compiled again. */
const compiledMax = 10_000;
/** A longer one is compiled each time, so that all of them take 20 MB at most, whoever wrote them. */
const compiledCharsMax = 200;

/** For paths of declarations, which are used again and again. */
export function compilePath(text: string): Path {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const path = parsePath(text);
  if (text.length > compiledCharsMax) return path;
  if (compiled.size >= compiledMax) compiled.clear();
  compiled.set(text, path);
  return path;
}

/** For paths of one request, or of records: nothing is kept. */
export function parsePath(text: string): Path {
  const path = { text, alternatives: splitAt(text, '|').map((part) => splitAt(part, '.').map(unescapeSegment)) };
  if (path.alternatives.some((segments) => segments.some((segment) => segment === '') && segments.length > 1))
    throw new Error(`The path ${JSON.stringify(text)} has an empty segment.`);
  return path;
}

/** Whether a text can be compiled. */
export function isPath(text: string): boolean {
  return text === '' || splitAt(text, '|').every((part) => part === '' || !splitAt(part, '.').includes(''));
}

/** The value at the path; undefined when it is not there. An empty path is the root. */
export function readPath(root: unknown, path: Path): unknown {
  for (const segments of path.alternatives) {
    const value = follow(root, segments);
    if (value !== undefined && value !== null) return value;
  }
  return follow(root, path.alternatives[0]!);
}

function follow(root: unknown, segments: readonly string[]): unknown {
  if (segments.length === 1 && segments[0] === '') return root;
  let value = root;
  for (const segment of segments) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Record<string, unknown>)[segment];
  }
  return value;
}

function splitAt(text: string, separator: '.' | '|'): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === separator) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function unescapeSegment(segment: string): string {
  return segment.replace(/\\(.)/gs, '$1');
}
