/** What chats are sent about comments of strangers who know what chats make of text. */
import { describe, expect, it } from 'vitest';
import type { AdminComment } from '../../worker/contract-admin';
import type { WebhookShape } from '../../worker/contract-notify';
import type { WebhookRow } from '../../worker/db';
import type { Payload } from '../../worker/notify/webhooks/payload';
import { SHAPES } from '../../worker/notify/webhooks/shapes/table';

const PAGE = 'https://blog.example/post?a=1&b=2';
const ID = '0'.repeat(26);
/** Every one of them as name, title of the page and text. */
const HOSTILE = [
  '<!channel> <!here> <@U123> <#C123> @channel @here @everyone',
  '<https://evil.example|Sign in> <mailto:a@evil.example|mail>',
  '[Sign in](https://evil.example) ![x](https://evil.example/x.png) <https://evil.example>',
  'https://evil.example/login evil.example www.evil.example a@evil.example tg://user?id=1',
  '```\n@everyone [Sign in](https://evil.example)\n```` ``` `` `',
  '`',
  '*bold* _it_ ~no~ **b** __u__ ||spoiler|| > quote # head\n> <b>x</b> &lt;!channel&gt; &amp;',
  '/start@bot @someone #tag $CASH +49 30 1234',
  '\u202eevil\u2066 \u0007\u0000 a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308',
  '👩‍👩‍👧‍👦 \ud800 عربي 漢字。例え．例 𝒆𝒗𝒊𝒍.example',
  'line\r\nSubject: x\n\n\n\nend',
  'a.'.repeat(5_000),
  '漢'.repeat(5_000),
  '\u{1f9d1}\u{1f3fd}'.repeat(3_000),
];

const comment = (text: string, over: Partial<AdminComment> = {}): AdminComment =>
  ({
    id: ID,
    site: 'blog',
    page: { id: ID, url: PAGE, title: text },
    author: { name: text },
    body: text,
    status: 'approved',
    ...over,
  }) as AdminComment;

const payloadOf = (data: AdminComment): Payload => ({
  type: 'comment.created',
  timestamp: '2026-01-31T12:00:00.000Z',
  data,
});

async function write(shape: WebhookShape, url: string, payload: Payload, secret = '') {
  const webhook = { id: ID, url, shape, secret, previous_secret: null, rotated_at: null } as WebhookRow;
  const sent = await SHAPES[shape].write({ webhook, id: 'msg_1', payload, origin: 'https://comments.example', now: 1 });
  return { ...sent, json: JSON.parse(sent.body) as Record<string, unknown> };
}

/** Every string in it, with the names that lead there. */
function* stringsOf(value: unknown, path = ''): Generator<[path: string, text: string]> {
  if (typeof value === 'string') yield [path, value];
  else if (value !== null && typeof value === 'object')
    for (const [name, inner] of Object.entries(value)) yield* stringsOf(inner, `${path}.${name}`);
}

describe.each(HOSTILE)('threat 4 and threat 8: a stranger’s text is text, and makes no link, in %j', (text) => {
  it('Slack', async () => {
    const { json } = await write('slack', 'https://hooks.slack.com/services/x', payloadOf(comment(text)));
    expect(json).toMatchObject({ link_names: false, unfurl_links: false, mrkdwn: false });
    const parsed = [...stringsOf(json)].filter(([path]) => !/\.(type|elements\.0\.text|2\.text\.text)$/.test(path));
    // What Slack reads as more than text begins with a bracket.
    for (const [path, one] of parsed)
      expect(one.match(/<[^>]*>/g) ?? [], path).toEqual(
        path === '.blocks.0.text.text' ? [`<${PAGE.replace('&', '&amp;')}#comment-${ID}|New comment>`] : [],
      );
    const blocks = json.blocks as { type: string; text?: { type: string; text: string }; elements?: object[] }[];
    expect(blocks[1]!.elements).toMatchObject([{ type: 'plain_text', emoji: false }]);
    expect(blocks[2]!.text).toMatchObject({ type: 'plain_text', emoji: false });
    expect(blocks[2]!.text!.text.length).toBeLessThanOrEqual(3_000);
  });

  it('Discord', async () => {
    const { json } = await write('discord', 'https://discord.com/api/webhooks/1/x', payloadOf(comment(text)));
    expect(json).toMatchObject({ allowed_mentions: { parse: [] } });
    expect(Object.keys(json).sort()).toEqual(['allowed_mentions', 'embeds']);
    const [embed] = json.embeds as { title: string; url: string; description: string; footer: { text: string } }[];
    expect(embed).toMatchObject({ title: 'New comment', url: `${PAGE}#comment-${ID}` });
    expect(embed!.description.split('```')).toEqual(['', expect.any(String), '']);
    expect(embed!.description.length).toBeLessThanOrEqual(4_096);
    expect(embed!.footer.text.length).toBeLessThanOrEqual(2_048);
    expect(embed!.footer.text).not.toContain('\n');
  });

  it('Telegram', async () => {
    const url = 'https://api.telegram.org/sendMessage?chat_id=-1&message_thread_id=7';
    const sent = await write('telegram', url, payloadOf(comment(text)), `1:${'t'.repeat(35)}`);
    expect(sent.url).toBe(`https://api.telegram.org/bot1:${'t'.repeat(35)}/sendMessage`);
    const { text: message, entities } = sent.json as { text: string; entities: Record<string, unknown>[] };
    expect(sent.json).toMatchObject({ chat_id: '-1', message_thread_id: '7' });
    expect(sent.json).toMatchObject({ link_preview_options: { is_disabled: true } });
    expect(sent.json).not.toHaveProperty('parse_mode');
    // Of what is not marked as code, every word is ours.
    let rest = message;
    for (const { type, offset, length } of entities as { type: string; offset: number; length: number }[])
      if (type === 'code' || type === 'pre')
        rest = rest.slice(0, offset) + '\0'.repeat(length) + rest.slice(offset + length);
    expect(rest.replaceAll('\0', '').trim()).toBe('New comment');
    expect(entities.filter(({ type }) => type === 'text_link')).toMatchObject([{ url: `${PAGE}#comment-${ID}` }]);
    expect(message.length).toBeLessThanOrEqual(4_096);
  });

  it('ntfy', async () => {
    const sent = await write('ntfy', 'https://ntfy.sh/some/topic', payloadOf(comment(text)), 'tk_12345678');
    expect(sent.url).toBe('https://ntfy.sh/some/');
    expect(sent.headers).toMatchObject({ Authorization: 'Bearer tk_12345678' });
    const { topic, title, click, message, ...more } = sent.json as Record<string, string>;
    expect({ topic, title, click, more }).toEqual({
      topic: 'topic',
      title: 'New comment',
      click: `${PAGE}#comment-${ID}`,
      more: {},
    });
    expect(message).not.toMatch(/\w:\/\/|[\p{L}\p{N}][.@][\p{L}\p{N}]/u);
    expect(new TextEncoder().encode(message).length).toBeLessThanOrEqual(4_096);
  });
});

describe('what chats are told', () => {
  const messageOf = async (payload: Payload) =>
    (await write('ntfy', 'https://ntfy.sh/topic', payload)).json as { title: string; message: string; click?: string };

  it('of what is not public leads to the console, and of a page whose address is none nowhere', async () => {
    const held = { ...payloadOf(comment('x', { status: 'pending' })), type: 'comment.held' } as Payload;
    expect((await messageOf(held)).click).toBe('https://comments.example/console#/queue?tab=held&site=blog');
    const page = { id: ID, url: 'javascript:alert(1)', title: null };
    expect(await messageOf(payloadOf(comment('x', { page })))).not.toHaveProperty('click');
  });

  it('of a comment that is gone is no more than where it was', async () => {
    const timestamp = '2026-01-31T12:00:00.000Z';
    const page = { id: ID, url: PAGE, title: 'A post' };
    const message = await messageOf({ type: 'comment.deleted', timestamp, data: { id: ID, site: 'blog', page } });
    expect(message).toEqual({ topic: 'topic', title: 'Comment deleted', message: 'A post', click: PAGE });
    const bare = await messageOf({ type: 'comment.deleted', timestamp, data: { id: ID, site: 'blog', page: null } });
    expect(bare).toEqual({ topic: 'topic', title: 'Comment deleted', message: 'blog' });
  });
});
