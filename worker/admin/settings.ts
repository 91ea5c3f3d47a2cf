/** A site's settings: typed, every one with a safe default. Stored as JSON in `sites.settings`. */
import * as v from 'valibot';
import { Sort } from '../contract';

export const Settings = v.object({
  /** Hold every comment until a moderator approves it. */
  hold: v.optional(v.boolean(), false),
  /** Order of a thread when the reader has not chosen. */
  sort: v.optional(Sort, 'oldest'),
  /** Writers must leave an e-mail address. */
  requireEmail: v.optional(v.boolean(), false),
  /** Writers must leave a website. */
  requireUrl: v.optional(v.boolean(), false),
  /** Show images in comments; off, they become links, and readers' browsers contact no other host. */
  images: v.optional(v.boolean(), false),
});
export type Settings = v.InferOutput<typeof Settings>;

/** @param json as stored; what cannot be read counts as unset, so that one bad value closes no conversation */
export function parseSettings(json: string): Settings {
  try {
    const stored: unknown = JSON.parse(json);
    const result = v.safeParse(Settings, stored);
    if (result.success) return result.output;
  } catch {}
  return v.parse(Settings, {});
}
