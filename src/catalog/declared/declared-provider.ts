import { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import type { DeclaredProvider as DeclaredRow } from '../../db/generated/client.ts';
import type { Json, ProviderDefinition } from '../../kit/index.ts';
import { compileDefinition } from './compile-definition.ts';

/** What the verbs of this folder answer. */
export interface DeclaredProvider {
  provider: string;
  version: number;
  definition: Json;
  createdAt: Date;
  updatedAt: Date;
}

export const definitionInput = z.json();

export function viewDeclared({ name, version, definition, createdAt, updatedAt }: DeclaredRow): DeclaredProvider {
  return { provider: name, version, definition: definition as Json, createdAt, updatedAt };
}

const issuesMax = 50;

/** The compiled definition, or `input_invalid` with every place that does not hold. */
export function requireDefinition(json: Json): ProviderDefinition {
  const { definition, problems } = compileDefinition(json);
  if (definition !== null) return definition;
  throw new AppError('input_invalid', 'The definition of the provider was refused. Correct the listed places and try again.', {
    issues: problems.slice(0, issuesMax).map(({ path, message }) => ({
      in: 'body',
      path: ['definition', ...(path === '' ? [] : [path.slice(0, 300)])].join('.'),
      message,
    })),
  });
}
