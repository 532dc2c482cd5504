import type { FieldType } from '../base/field-type.ts';
import { parsePath } from '../base/path.ts';
import type { InferredField } from '../hub/index.ts';
import { nameInput } from './input.ts';

/** A field that could be declared as it stands here. */
export interface FieldSuggestion {
  name: string;
  path: string;
  type: FieldType;
  /** What the provider calls it; null: it does not say. */
  label: string | null;
  /** Of the newest records, those that have it. */
  records: number;
}

export interface DescribedField {
  path: string;
  label: string;
  type: FieldType;
}

const nameCharsMax = 55;

/**
 * What records show and what the provider says, as one list in the order of paths. The provider knows the type of a text that looks like
 * a number; of what it does not speak, the records do. An object whose members are there is not one field more.
 */
export function suggestFields(input: {
  inferred: InferredField[];
  described: DescribedField[];
  declared: { name: string; path: string }[];
}): FieldSuggestion[] {
  const described = new Map(input.described.map((field) => [field.path, field]));
  const inferred = new Map(input.inferred.map((field) => [field.path, field]));
  const paths = [...new Set([...described.keys(), ...inferred.keys()])].sort((a, b) => (a < b ? -1 : 1));
  const declared = new Set(input.declared.map(({ path }) => path));
  const taken = new Set(input.declared.map(({ name }) => name));
  return paths
    .filter((path) => !declared.has(path) && !paths.some((other) => other.startsWith(`${path}.`)))
    .map((path) => ({
      name: nameOf(path, taken),
      path,
      type: described.get(path)?.type ?? inferred.get(path)!.type,
      label: described.get(path)?.label ?? null,
      records: inferred.get(path)?.records ?? 0,
    }));
}

/** The path's last name if it is free, then with what stands before it, then with a number. */
function nameOf(path: string, taken: Set<string>): string {
  const segments = parsePath(path).alternatives[0]!.map(snake);
  const candidates = segments.map((_, at) => segments.slice(-1 - at).join('_'));
  const whole = candidates.at(-1)!;
  for (let n = 1; ; n++) {
    const candidate = candidates[n - 1] ?? `${whole.slice(0, nameCharsMax - 5)}_${n}`;
    const name = (/^[a-z]/.test(candidate) ? candidate : `f_${candidate}`).slice(0, nameCharsMax);
    if (taken.has(name) || !nameInput.safeParse(name).success) continue;
    taken.add(name);
    return name;
  }
}

function snake(segment: string): string {
  return segment
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}
