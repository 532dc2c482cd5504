import type { z } from 'zod';
import { AppError } from '../base/errors.ts';

/** Parses a verb's input; what is refused is named place by place, as the API names it. */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown): z.infer<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({ in: 'body' as const, path: path.map(snake).join('.'), message }));
  throw new AppError('input_invalid', 'The input was refused. Correct the listed places and try again.', { issues });
}

export function inputError(path: string, message: string): AppError {
  return new AppError('input_invalid', message, { issues: [{ in: 'body', path, message }] });
}

/** The API's name of a field. */
export function snake(key: PropertyKey): string {
  return String(key).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
