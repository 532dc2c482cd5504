/** The user who does everything in a simulated organisation. */
export const userId = '0054S000000JFmhQAG';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const suffixes = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** 15 characters that tell case apart, and three that make up for it: they say which of the others are capitals. */
export function recordId(keyPrefix: string, n: number): string {
  let counter = '';
  for (let rest = n, i = 0; i < 5; i++, rest = Math.floor(rest / 62)) counter = digits[rest % 62] + counter;
  return withSuffix(`${keyPrefix}4S00000${counter}`);
}

export function withSuffix(id: string): string {
  let suffix = '';
  for (let chunk = 0; chunk < 3; chunk++) {
    let bits = 0;
    for (let i = 0; i < 5; i++) if (/[A-Z]/.test(id[chunk * 5 + i] ?? '')) bits |= 1 << i;
    suffix += suffixes[bits];
  }
  return id + suffix;
}
