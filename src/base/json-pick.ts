import type { IntList } from './int-list.ts';
import { decodeKey } from './json-scan.ts';
import { backslash, closeBrace, colon, comma, openBrace, openBracket, quote, skipSpace, skipValue } from './json-skip.ts';
import type { Path } from './path.ts';

/**
 * Picks a few fields out of a record's bytes in one walk, three times as fast as parsing it. Numbers come as they were
 * written. Paths lead through objects only. Of a key that stands twice the last counts, as JSON.parse and jsonb have it.
 */
export interface Picker {
  /** Walks the object at `start`: its end, or -1 when it is not a well-formed object down to the picked fields. */
  walk(body: Buffer, start: number): number;
  /** Where the last walk found its fields: `pickedNumbers` numbers, appended. */
  save(into: IntList): void;
  /** Goes back to a walk that was saved at this place. */
  restore(body: Buffer, from: IntList, at: number): void;
  readonly pickedNumbers: number;
  /** The picked value of path i: a string; `{ number }` as written; true, false, null; 'nested' objects are `{ nested: true }`; undefined: not there. */
  value(i: number): Picked;
  /** Where the value of path i stands; -1: it is not there, or the path has alternatives. */
  startOf(i: number): number;
  endOf(i: number): number;
}

export type Picked = string | { number: string } | true | false | null | { nested: true } | undefined;

export function createPicker(paths: readonly Path[]): Picker {
  const slots = paths.map((path) => path.alternatives.map(() => ({ start: -1, end: -1 })));
  const root = buildTree(paths, slots);
  const all = slots.flat();
  let walked: Buffer = Buffer.alloc(0);
  return {
    pickedNumbers: 2 * all.length,
    walk(body, start) {
      walked = body;
      clear(root);
      return body[start] === openBrace ? walkObject(root, body, start) : -1;
    },
    save(into) {
      for (const slot of all) {
        into.push(slot.start);
        into.push(slot.end);
      }
    },
    restore(body, { values }, at) {
      walked = body;
      for (let i = 0; i < all.length; i++) {
        all[i]!.start = values[at + 2 * i]!;
        all[i]!.end = values[at + 2 * i + 1]!;
      }
    },
    startOf: (i) => (slots[i]!.length === 1 ? slots[i]![0]!.start : -1),
    endOf: (i) => slots[i]![0]!.end,
    value(i) {
      let found: Picked;
      for (const slot of slots[i]!) {
        const picked = slot.start === -1 ? undefined : decode(walked, slot.start, slot.end);
        if (picked !== undefined && picked !== null) return picked;
        found ??= picked;
      }
      return found;
    },
  };
}

interface Slot {
  start: number;
  end: number;
}

interface Key {
  text: string;
  bytes: Buffer;
  slots: Slot[];
  child: Node | null;
}

interface Node {
  keys: Key[];
  /** Keys by their length in bytes: most keys of a record have one that no picked key has. */
  byLength: (Key[] | undefined)[];
}

function buildTree(paths: readonly Path[], slots: Slot[][]): Node {
  const root: Node = { keys: [], byLength: [] };
  paths.forEach((path, i) => {
    path.alternatives.forEach((segments, j) => {
      let node = root;
      segments.forEach((text, depth) => {
        let key = node.keys.find((known) => known.text === text);
        if (key === undefined) {
          key = { text, bytes: Buffer.from(text, 'utf8'), slots: [], child: null };
          addKey(node, key);
        }
        if (depth === segments.length - 1) key.slots.push(slots[i]![j]!);
        else {
          key.child ??= { keys: [], byLength: [] };
          node = key.child;
        }
      });
    });
  });
  return root;
}

function addKey(node: Node, key: Key): void {
  node.keys.push(key);
  while (node.byLength.length <= key.bytes.length) node.byLength.push(undefined);
  node.byLength[key.bytes.length] = [...(node.byLength[key.bytes.length] ?? []), key];
}

function clear(node: Node): void {
  for (const key of node.keys) {
    for (const slot of key.slots) slot.start = -1;
    if (key.child !== null) clear(key.child);
  }
}

/** The end of the object, or -1 when it is odd. */
function walkObject(node: Node, body: Buffer, at: number): number {
  let i = skipSpace(body, at + 1);
  if (body[i] === closeBrace) return i + 1;
  while (body[i] === quote) {
    const keyStart = i + 1;
    let hasEscape = false;
    for (i = keyStart; i < body.length && body[i] !== quote; i++) {
      if (body[i] !== backslash) continue;
      hasEscape = true;
      i++;
    }
    const key = findKey(node, body, keyStart, i, hasEscape);
    i = skipSpace(body, i + 1);
    if (body[i] !== colon) return -1;
    i = skipSpace(body, i + 1);
    const valueStart = i;
    if (key === undefined) i = skipValue(body, i);
    else {
      if (key.child !== null) clear(key.child);
      i = key.child !== null && body[i] === openBrace ? walkObject(key.child, body, i) : skipValue(body, i);
      for (const slot of key.slots) {
        slot.start = valueStart;
        slot.end = i;
      }
    }
    if (i === -1) return -1;
    i = skipSpace(body, i);
    if (body[i] === closeBrace) return i + 1;
    if (body[i] !== comma) return -1;
    i = skipSpace(body, i + 1);
  }
  return -1;
}

function findKey(node: Node, body: Buffer, start: number, end: number, hasEscape: boolean): Key | undefined {
  if (hasEscape) {
    const text = decodeKey(`"${body.toString('utf8', start, end)}"`);
    return node.keys.find((key) => key.text === text);
  }
  const length = end - start;
  const candidates = length < node.byLength.length ? node.byLength[length] : undefined;
  if (candidates === undefined) return undefined;
  for (let i = 0; i < candidates.length; i++) if (isSame(candidates[i]!.bytes, body, start)) return candidates[i];
  return undefined;
}

/** `bytes` are as many as the key has. */
function isSame(bytes: Buffer, body: Buffer, start: number): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== body[start + i]) return false;
  return true;
}

function decode(body: Buffer, start: number, end: number): Picked {
  const first = body[start]!;
  if (first === quote) {
    const text = body.toString('utf8', start + 1, end - 1);
    return text.includes('\\') ? (decodeKey(`"${text}"`) ?? undefined) : text;
  }
  if (first === openBrace || first === openBracket) return { nested: true };
  for (const { bytes, value } of words) if (bytes.length === end - start && isSame(bytes, body, start)) return value;
  const text = body.toString('latin1', start, end);
  return /^-?\d/.test(text) ? { number: text } : { nested: true };
}

const words = [
  { bytes: Buffer.from('false'), value: false },
  { bytes: Buffer.from('null'), value: null },
  { bytes: Buffer.from('true'), value: true },
] as const;
