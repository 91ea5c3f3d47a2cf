/** What this worker has read of classifiers: kept as long as it lives, by the host of the pages they are for. */
import type { ModelRow } from '../db';
import { EMPTY_MODEL, type Model, parseModel } from './bayes';

const models = new Map<string, Model>();

export const getModel = (host: string): Model => models.get(host) ?? EMPTY_MODEL;

/** @param rows what selectModel found: none when nothing is newer */
export function keepModel(host: string, rows: ModelRow[]): Model {
  if (rows[0]) models.set(host, parseModel(rows[0]));
  return getModel(host);
}
