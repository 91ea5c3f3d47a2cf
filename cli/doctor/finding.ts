/**
 * What doctor may find: every code with how much it matters. What each means and how it is put right, docs/doctor.md says; a test
 * keeps both equal. Codes are for scripts: they stay what they are.
 */

/** error: readers see no conversation, or cannot take part. warning: something is or will be lost. note: good to know. */
export type Level = 'error' | 'warning' | 'note';

export const CODES = {
  // Reaching the page.
  page_unreachable: 'error',
  page_certificate: 'error',
  page_status: 'error',
  page_not_html: 'error',
  page_unreadable: 'error',
  page_cut: 'note',
  page_insecure: 'warning',
  redirects: 'note',
  redirects_endless: 'error',
  redirect_inside: 'error',
  // The tag.
  tag_missing: 'error',
  tag_twice: 'warning',
  tag_other_instance: 'warning',
  tag_inside: 'error',
  tag_module: 'error',
  tag_inert: 'error',
  tag_blocking: 'note',
  tag_without_place: 'warning',
  script_unreachable: 'error',
  script_wrong: 'error',
  script_type: 'error',
  script_cors: 'error',
  script_corp: 'error',
  integrity_mismatch: 'error',
  integrity_opaque: 'error',
  integrity_pinned: 'warning',
  mixed_content: 'error',
  // Attributes.
  attribute_ignored: 'warning',
  attribute_value: 'warning',
  attribute_template: 'error',
  threads_same: 'warning',
  count_missing: 'warning',
  count_without_site: 'warning',
  // What the API says to this page.
  api_unreachable: 'error',
  api_failing: 'error',
  api_redirects: 'error',
  api_cors: 'error',
  origin_unregistered: 'error',
  address_unregistered: 'error',
  site_wrong: 'error',
  // Content Security Policy.
  csp_script: 'error',
  csp_modules: 'error',
  csp_connect: 'error',
  csp_pictures: 'warning',
  csp_trusted_types: 'error',
  csp_sandbox: 'error',
  csp_turnstile: 'error',
  // Which page it is.
  canonical_missing: 'note',
  canonical_invalid: 'error',
  canonical_several: 'warning',
  canonical_elsewhere: 'warning',
  canonical_home: 'warning',
  canonical_other_page: 'note',
  address_overrides: 'note',
  og_url_differs: 'note',
  base_elsewhere: 'note',
  variants_split: 'warning',
  // The instance.
  instance_unreachable: 'error',
  instance_certificate: 'error',
  instance_not_afterword: 'error',
  instance_failing: 'error',
  instance_insecure: 'warning',
  instance_old: 'warning',
  setup_required: 'error',
  token_refused: 'error',
  not_looked: 'note',
  version_older: 'warning',
  version_newer: 'note',
  schema_behind: 'error',
  index_missing: 'warning',
  secret_missing: 'warning',
  secret_weak: 'warning',
  secret_previous: 'note',
  mail_broken: 'warning',
  cron_never: 'warning',
  cron_late: 'warning',
  cron_local: 'note',
  backup_off: 'note',
  backup_none: 'warning',
  backup_late: 'warning',
  backup_failed: 'warning',
  clock_skew: 'warning',
  tokens_forever: 'note',
  site_none: 'error',
  site_without_origins: 'warning',
  origin_http_only: 'warning',
  nobody_may_write: 'error',
  moderation_off: 'note',
  pages_alike: 'note',
} as const satisfies Record<string, Level>;
export type Code = keyof typeof CODES;

export interface Finding {
  code: Code;
  level: Level;
  /** Which place of the page, or part of the instance. */
  where: string;
  /** One sentence. May carry texts of strangers: whoever prints it makes them harmless. */
  what: string;
  /** What to do: prose in the first line; further lines are to be typed or pasted as they are. */
  fix: string;
}

export const find = (code: Code, where: string, what: string, fix: string): Finding => ({
  code,
  level: CODES[code],
  where,
  what,
  fix,
});

/** Those that say that there was nothing to look at. */
const UNSEEN: ReadonlySet<Code> = new Set([
  'page_unreachable',
  'page_certificate',
  'page_unreadable',
  'redirects_endless',
  'redirect_inside',
  'instance_unreachable',
  'instance_certificate',
]);
export const isUnseen = ({ code }: Finding): boolean => UNSEEN.has(code);
