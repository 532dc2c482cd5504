/** Whether two values are the same JSON: numbers by their value, digit by digit, and whatever the order of keys. */
export function isSame(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

/** Whether every field of `part` stands in `whole` with the same value. */
export function holds(whole: unknown, part: Record<string, unknown>): boolean {
  const values = whole as Record<string, unknown>;
  return Object.entries(part).every(([name, value]) => isSame(values[name], value));
}

type ParseWithSource = (text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown) => unknown;

/** Numbers that JavaScript would round come as objects, which JSON.stringify writes back digit by digit. */
function canonical(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) return 'absent';
  const parsed = (JSON.parse as ParseWithSource)(text, (_key, inner, { source }) =>
    typeof inner === 'number' ? `number ${decimal(source!)}` : isObject(inner) ? sorted(inner) : inner,
  );
  return JSON.stringify(parsed);
}

/** 1.10 and 1.1, 1e2 and 100 are the same number; 9007199254740993 and …992 are not. */
function decimal(text: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)!;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  return significant ? `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}` : '0';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
