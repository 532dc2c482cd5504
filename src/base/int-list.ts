/** Numbers of 32 bits that are many for a moment: an ordinary list of so many lives long enough to burden the garbage collector. */
export class IntList {
  values = new Int32Array(firstLength);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }
}

const firstLength = 4096;
const spareMax = 8;
/** One page of very many elements must not keep its memory for ever. */
const keptLengthMax = 256 * 1024;
const spare: IntList[] = [];

/** An empty one: used before, or new. */
export function takeIntList(): IntList {
  return spare.pop() ?? new IntList();
}

/** Nobody reads it any more. */
export function giveBackIntList(list: IntList): void {
  list.length = 0;
  if (spare.length < spareMax && list.values.length <= keptLengthMax) spare.push(list);
}
