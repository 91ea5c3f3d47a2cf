/**
 * Big files to import, the same every time: N comments on pages of some dozen, as WordPress exports them and as Afterword does.
 * Written as a stream: how big they get is a matter of the disk alone.
 */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface FileShape {
  comments: number;
  /** Addresses are below it: `https://blog.example`. */
  origin: string;
  /** Of a comment's text, about. */
  bodyChars?: number;
  commentsPerPage?: number;
}

const FIRST = Date.parse('2012-01-01T00:00:00Z');
const AUTHORS = 5000;
const WORDS =
  'one two three four five six seven eight nine ten and so on about the way that it was said here before'.split(' ');

interface Written {
  n: number;
  page: number;
  /** Number of the comment it replies to, on the same page. */
  parent: number | null;
  author: number;
  at: string;
  status: 'approved' | 'pending' | 'spam';
  text: string;
}

/** A number that looks random and is not. */
const scatter = (n: number): number => Math.imul(n + 1, 2654435761) >>> 8;

function* writeComments({ comments, bodyChars = 300, commentsPerPage = 40 }: FileShape): Generator<Written> {
  for (let n = 0; n < comments; n++) {
    const place = n % commentsPerPage;
    const chance = scatter(n);
    const words: string[] = [`Comment ${n}`];
    for (let size = 0, w = 0; size < bodyChars; w++) {
      const word = WORDS[scatter(n * 31 + w) % WORDS.length]!;
      words.push(word);
      size += word.length + 1;
    }
    yield {
      ...{ n, page: Math.floor(n / commentsPerPage), author: chance % AUTHORS },
      parent: place > 0 && chance % 5 < 2 ? n - 1 - (chance % place) : null,
      at: new Date(FIRST + n * 60_000).toISOString(),
      status: chance % 50 === 0 ? 'spam' : chance % 70 === 0 ? 'pending' : 'approved',
      text: words.join(' '),
    };
  }
}

function* wordpressLines(shape: FileShape): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8" ?>\n<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel>\n<wp:wxr_version>1.2</wp:wxr_version>\n';
  let page = -1;
  for (const c of writeComments(shape)) {
    if (c.page !== page) {
      if (page >= 0) yield '</item>\n';
      page = c.page;
      yield `<item><title>Post ${page}</title><link>${shape.origin}/posts/${page}/</link><wp:post_id>${page + 1}</wp:post_id><wp:comment_status>open</wp:comment_status><wp:post_type>post</wp:post_type>\n`;
    }
    const approved = { approved: '1', pending: '0', spam: 'spam' }[c.status];
    yield `<wp:comment><wp:comment_id>${c.n + 1}</wp:comment_id><wp:comment_author><![CDATA[Writer ${c.author}]]></wp:comment_author><wp:comment_author_email>writer${c.author}@mail.example</wp:comment_author_email><wp:comment_date_gmt>${c.at.slice(0, 19).replace('T', ' ')}</wp:comment_date_gmt><wp:comment_content><![CDATA[${c.text}]]></wp:comment_content><wp:comment_approved>${approved}</wp:comment_approved><wp:comment_type></wp:comment_type><wp:comment_parent>${c.parent === null ? 0 : c.parent + 1}</wp:comment_parent></wp:comment>\n`;
  }
  yield `${page >= 0 ? '</item>\n' : ''}</channel></rss>\n`;
}

/** 26 characters that sort as n does. */
const idOf = (kind: string, n: number): string => `01${kind}${n.toString().padStart(23, '0')}`;

function* ownLines(shape: FileShape): Generator<string> {
  const site = 'big';
  const line = (record: object) => `${JSON.stringify(record)}\n`;
  yield line({ type: 'afterword', version: 1, site, emails: true });
  const pages = Math.ceil(shape.comments / (shape.commentsPerPage ?? 40));
  for (let n = 0; n < pages; n++) {
    const url = `${shape.origin}/posts/${n}/`;
    yield line({
      ...{
        type: 'page',
        site,
        id: idOf('a', n),
        key: `${shape.origin}/posts/${n}`,
        url,
        title: `Post ${n}`,
        locked: false,
      },
      ...{ pinned: null, mergedInto: null, reactions: {}, createdAt: new Date(FIRST).toISOString() },
    });
  }
  for (const { n, page, parent, author, at, status, text } of writeComments(shape)) {
    const email = `writer${author}@mail.example`;
    yield line({
      ...{
        type: 'comment',
        site,
        page: idOf('a', page),
        id: idOf('b', n),
        parent: parent === null ? null : idOf('b', parent),
      },
      ...{ status, kind: null, orphan: false },
      author: { id: null, name: `Writer ${author}`, email, url: null, badge: null, verified: null, avatar: null },
      ...{ body: text, up: 0, down: 0, locked: false, import: null, source: null, verdict: null, decision: null },
      ...{ createdAt: at, editedAt: null },
    });
  }
  yield line({ type: 'end' });
}

const FORMATS = { wordpress: wordpressLines, afterword: ownLines };

/** Lines are joined to pieces first: a write for each would take longer than all else. */
function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length < 256 * 1024) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

export async function writeTransferFile(path: string, format: keyof typeof FORMATS, shape: FileShape): Promise<void> {
  await pipeline(Readable.from(inPieces(FORMATS[format](shape))), createWriteStream(path));
}
