/**
 * The XML of Disqus' own export, for the many systems that read it. It knows neither comments that wait nor a trash: those are
 * written as deleted, without their text, so that nobody publishes them; what we know stands in an element of our own.
 */
import type { AnyRecord, CommentRecord, PageRecord } from '../../worker/contract-transfer.ts';
import { Lookup } from '../import/read/lookup.ts';
import { OWN_URI, writeOwnComment } from '../import/read/own-comment.ts';
import { writeHtml } from './html.ts';
import { type ExportLosses, Losses } from './losses.ts';
import { escapeXml, writeCdata } from './xml-text.ts';

export async function writeDisqus(
  records: AsyncIterable<AnyRecord>,
  out: (text: string) => Promise<void>,
): Promise<ExportLosses> {
  const losses = new Losses();
  const accounts = new Lookup<string>();
  await out(`<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals" xmlns:aw="${OWN_URI}">
<category dsq:id="1"><forum>afterword</forum><title>General</title><isDefault>true</isDefault></category>
`);
  try {
    for await (const record of records) {
      losses.note(record);
      if (record.type === 'author' && record.account) accounts.put(record.id, record.account);
      else if (record.type === 'account') accounts.put(record.person, `${record.provider}:${record.subject}`);
      else if (record.type === 'page' && record.mergedInto === null) await out(writeThread(record));
      else if (record.type === 'comment') {
        const account = record.author.id === null ? null : accounts.get(record.author.id);
        await out(writePost(record, writeOwnComment(record, account)));
      }
    }
    await out('</disqus>\n');
  } finally {
    accounts.close();
  }
  return losses.counted();
}

function writeThread({ id, url, title, locked, createdAt }: PageRecord): string {
  return `<thread dsq:id="${escapeXml(id)}">
<id/>
<forum>afterword</forum>
<category dsq:id="1"/>
<link>${escapeXml(url)}</link>
<title>${escapeXml(title ?? '')}</title>
<message/>
<createdAt>${timeOf(createdAt)}</createdAt>
<author><name/><isAnonymous>true</isAnonymous></author>
<isClosed>${locked}</isClosed>
<isDeleted>false</isDeleted>
</thread>
`;
}

function writePost(comment: CommentRecord, own: string): string {
  const { id, page, parent, status, author, body, createdAt } = comment;
  const isShown = status === 'approved' || status === 'spam';
  const email = author.email === null ? '' : `<email>${escapeXml(author.email)}</email>`;
  const username = author.id === null ? '' : `<username>${escapeXml(author.id)}</username>`;
  return `<post dsq:id="${escapeXml(id)}">
<id/>
<message>${isShown ? writeCdata(writeHtml(body)) : ''}</message>
<createdAt>${timeOf(createdAt)}</createdAt>
<isDeleted>${!isShown}</isDeleted>
<isSpam>${status === 'spam'}</isSpam>
<author>${email}<name>${escapeXml(author.name)}</name><isAnonymous>${author.id === null}</isAnonymous>${username}</author>
<thread dsq:id="${escapeXml(page)}"/>${parent === null ? '' : `\n<parent dsq:id="${escapeXml(parent)}"/>`}
<aw:comment>${writeCdata(own)}</aw:comment>
</post>
`;
}

function timeOf(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 19)}Z`;
}
