/** The classifier: what it knows. */
import type { ModelRow } from '../db';

/** What a site's classifier knows. */
export interface Model {
  version: number;
}
export const EMPTY_MODEL: Model = { version: 0 };

export const parseModel = ({ version }: ModelRow): Model => ({ version });
