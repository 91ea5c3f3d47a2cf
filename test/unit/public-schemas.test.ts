/** What strangers may read: every field that a public answer can have, written out, so that a new one is a decision. */
import { expect, it } from 'vitest';
import { ENDPOINTS } from '../../worker/endpoints';
import { describeApi } from '../../worker/openapi';

type Schema = { $ref?: string; properties?: Record<string, Schema>; items?: Schema; anyOf?: Schema[] };
const { schemas } = (describeApi('https://comments.example') as { components: { schemas: Record<string, Schema> } })
  .components;

/** Dotted names of all properties. */
function listFields(schema: Schema, path = ''): string[] {
  if (schema.$ref) return listFields(schemas[schema.$ref.split('/').at(-1)!]!, path);
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [
      `${path}${name}`,
      ...listFields(inner, `${path}${name}.`),
    ]),
    ...(schema.items ? listFields(schema.items, path) : []),
    ...(schema.anyOf ?? []).flatMap((inner) => listFields(inner, path)),
  ];
}

const isPublic = ({ answer, needs, scope }: (typeof ENDPOINTS)[number]) =>
  answer in schemas && needs === undefined && scope === undefined;
const answers = [...new Set(ENDPOINTS.filter(isPublic).map(({ answer }) => answer))].sort();

it('threat 13: public answers have these fields, and none is an e-mail or a network address', () => {
  const fields = Object.fromEntries(answers.map((name) => [name, listFields(schemas[name]!).join(' ')]));
  expect(JSON.stringify(fields)).not.toMatch(/mail(?! votes)|address|"ip|[ .]ip\b|hash|secret|token/i);
  expect(fields).toMatchInlineSnapshot(`
    {
      "Challenge": "work work.parameters work.parameters.algorithm work.signature turnstile",
      "Comment": "id parent depth author author.id author.name author.url author.avatar author.badge author.verified html status createdAt editedAt votes pinned more more.count more.after",
      "CommentInContext": "page page.id page.url page.title page.count page.locked page.reactions page.reactions.value page.reactions.count comment comment.id comment.parent comment.depth comment.author comment.author.id comment.author.name comment.author.url comment.author.avatar comment.author.badge comment.author.verified comment.html comment.status comment.createdAt comment.editedAt comment.votes comment.pinned comment.more comment.more.count comment.more.after ancestors ancestors.id ancestors.parent ancestors.depth ancestors.author ancestors.author.id ancestors.author.name ancestors.author.url ancestors.author.avatar ancestors.author.badge ancestors.author.verified ancestors.html ancestors.status ancestors.createdAt ancestors.editedAt ancestors.votes ancestors.pinned ancestors.more ancestors.more.count ancestors.more.after",
      "Counts": "counts",
      "Done": "ok",
      "JsonFeed": "version title home_page_url feed_url next_url items items.id items.url items.title items.content_html items.content_text items.date_published items.date_modified items.authors items.authors.name items.authors.url items.authors.avatar items.tags items._afterword items._afterword.in_reply_to items._afterword.replies_url",
      "Preview": "html",
      "Replies": "comments comments.id comments.parent comments.depth comments.author comments.author.id comments.author.name comments.author.url comments.author.avatar comments.author.badge comments.author.verified comments.html comments.status comments.createdAt comments.editedAt comments.votes comments.pinned comments.more comments.more.count comments.more.after next",
      "Site": "id guests providers providers.id providers.name providers.instance sso mail votes editWindowS",
      "Subscribed": "confirm",
      "Thread": "page page.id page.url page.title page.count page.locked page.reactions page.reactions.value page.reactions.count sort votes required comments comments.id comments.parent comments.depth comments.author comments.author.id comments.author.name comments.author.url comments.author.avatar comments.author.badge comments.author.verified comments.html comments.status comments.createdAt comments.editedAt comments.votes comments.pinned comments.more comments.more.count comments.more.after next",
    }
  `);
});

it('threat 13: what somebody reads of themselves is behind a proof', () => {
  const withMail = Object.keys(schemas).filter((name) =>
    listFields(schemas[name]!).some((field) => /mail/.test(field) && field !== 'mail'),
  );
  const open = ENDPOINTS.filter((endpoint) => isPublic(endpoint) && withMail.includes(endpoint.answer));
  expect(open).toEqual([]);
  expect(
    ENDPOINTS.filter(({ answer }) => answer === 'Me' || answer === 'MyData').map(({ needs }) => needs),
  ).not.toContain(undefined);
});
