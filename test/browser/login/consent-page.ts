/** The page on which a person says who they are and lets an app know it, or does not: one form, posted to its own address. */

/**
 * @param provider whose page it is
 * @param unknown an account name that was typed and does not exist
 */
export function consentPage(provider: string, unknown?: string): string {
  const complaint = unknown === undefined ? '' : `<p role="alert">No account is called ${escapeHtml(unknown)}.</p>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Log in at ${escapeHtml(provider)}</title>
<h1>${escapeHtml(provider)}</h1>
${complaint}
<form method="post">
<p><label>Account <input name="account" autocomplete="off" autofocus></label>
<p><button name="decision" value="continue">Continue</button>
<button name="decision" value="cancel" formnovalidate>Cancel</button>
</form>
</html>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
