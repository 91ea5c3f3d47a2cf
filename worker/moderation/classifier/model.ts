/** What this worker has read of classifiers: kept as long as it lives, by the host of the pages they are for. */
import type { ModelRow } from '../../db';
import { EMPTY_MODEL, type Model, parseModel } from './bayes';

/** A model takes a quarter of a megabyte, of the 128 MB that a worker has. */
const KEPT = 40;
const models = new Map<string, Model>();

export const getModel = (host: string): Model => models.get(host) ?? EMPTY_MODEL;

/** @param rows what selectModel found: none when nothing is newer */
export function keepModel(host: string, rows: ModelRow[]): Model {
  const model = rows[0] ? parseModel(rows[0]) : models.get(host);
  if (!model) return EMPTY_MODEL;
  models.delete(host);
  models.set(host, model);
  if (models.size > KEPT) models.delete(models.keys().next().value!);
  return model;
}
