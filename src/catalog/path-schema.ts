import { z } from 'zod';
import { isPath } from '../base/path.ts';

const pathCharsMax = 500;

/** A path of a declaration (base/path.ts). An empty one is the root. */
export const pathSchema = z.string().max(pathCharsMax).refine(isPath, 'is not a path');
