import { z } from 'zod';

const patternCharsMax = 200;
/** The square of a captured value's length is the longest that matching takes. */
const quantifiersMax = 2;

/** Vendors' expressions run on values that others choose. Without groups and with few quantifiers none of them can take long. */
export const safePattern = z.string().superRefine((pattern, context) => {
  const problem = whyUnsafe(pattern);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

function whyUnsafe(pattern: string): string | null {
  if (pattern.length > patternCharsMax) return `must be at most ${patternCharsMax} characters`;
  if (/\\[1-9bBckpPuUx]/.test(pattern)) return 'must have no references, boundaries or classes by name';
  const plain = pattern.replace(/\\./g, '_').replace(/\[[^\]]*\]/g, '_');
  if (/[()|^$[\]]/.test(plain)) return 'must have no groups, alternatives or anchors: it is matched with the whole value as it is';
  if ((plain.match(/[*+?{]/g) ?? []).length > quantifiersMax) return `must have at most ${quantifiersMax} quantifiers`;
  return null;
}
