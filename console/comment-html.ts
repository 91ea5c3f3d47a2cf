/** A comment's text in the page. The server sanitizes it (worker/comments/safe-html.ts); here it is parsed and placed. */

interface Policy {
  createHTML(html: string): string;
}
const rules: Policy = { createHTML: (html) => html };
/** Tells the page's Content Security Policy that this is the server's markup. */
const policy =
  (
    window as unknown as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } }
  ).trustedTypes?.createPolicy('afterword-console', rules) ?? rules;

/** Links open beside the console and tell nobody where they come from; images become links, so that nothing is loaded. */
export function parseCommentHtml(html: string): DocumentFragment {
  // A template's content is inert: nothing in it runs or loads.
  const { content } = Object.assign(document.createElement('template'), { innerHTML: policy.createHTML(html) });
  for (const image of content.querySelectorAll('img')) {
    const link = document.createElement('a');
    link.href = image.src;
    link.textContent = `🖼 ${image.alt || image.src}`;
    image.replaceWith(link);
  }
  for (const link of content.querySelectorAll('a')) {
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow';
  }
  return content;
}
