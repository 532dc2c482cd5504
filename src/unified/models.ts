import { AppError } from '../base/errors.ts';
import { findModel, models, type UnifiedModel } from '../catalog/index.ts';

/** Throws `model_unknown`. */
export function modelOf(category: string, name: string): UnifiedModel {
  const model = findModel(category, name);
  if (model !== null) return model;
  const known = models.map((one) => `${one.category}/${one.name}`).join(', ');
  throw new AppError(
    'model_unknown',
    `There is no unified model ${JSON.stringify(`${category}/${name}`.slice(0, 100))}. Available: ${known}.`,
  );
}
