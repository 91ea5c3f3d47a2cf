/** A site's settings: typed, every one with a safe default. Stored as JSON in `sites.settings`. */
import * as v from 'valibot';
import { Badge, Sort, Votes } from '../contract';

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
  /** One may write without logging in. */
  guests: v.optional(v.boolean(), true),
  /** Minutes in which writers may edit their comment; 0: never. */
  editWindow: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(43_200)), 15),
  /** Readers vote on comments: not at all, up, or both ways. */
  votes: v.optional(Votes, 'up'),
  /** What readers may think of a page, shown above the conversation: emoji, eight at most; none: switched off. */
  reactions: v.optional(v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(16))), v.maxLength(8)), []),
  /** Ask Gravatar for pictures of guests who leave an e-mail address; readers' browsers never do. */
  gravatar: v.optional(v.boolean(), false),
  /**
   * Who runs the site. Names and addresses are reserved; whoever logs in with the address, as a provider verified it, has
   * the role.
   */
  team: v.optional(
    v.array(
      v.object({
        name: v.string(),
        email: v.optional(v.string()),
        role: v.optional(Badge, 'moderator'),
      }),
    ),
    [],
  ),
  /** Where the public keys of the site's own accounts are (RFC 7517), for single sign-on. */
  ssoJwks: v.optional(v.nullable(v.pipe(v.string(), v.url())), null),
  /** The `iss` that single sign-on tokens must carry, if any. */
  ssoIssuer: v.optional(v.nullable(v.string()), null),
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
