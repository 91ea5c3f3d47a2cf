/** A file is told by what is in it: each format's own files by its reader, and by no other. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { FORMAT_READERS } from '../../cli/import/formats.ts';
import { ROOT } from '../../cli/root.ts';
import { FORMATS } from '../../worker/contract-transfer.ts';
import { cusdisTables, issoTables, walineTables } from './import-tables.ts';

const known = (head: Buffer | string) =>
  FORMAT_READERS.filter((reader) => reader.recognise({ head: Buffer.from(head as string).subarray(0, 65_536) })).map(
    (r) => r.format,
  );

function database(tables: string): Buffer {
  const path = join(mkdtempSync(join(tmpdir(), 'afterword-tables-')), 'db');
  const made = new DatabaseSync(path);
  made.exec(tables);
  made.close();
  return readFileSync(path);
}

describe('telling formats apart', () => {
  it('has a reader for each format', () => {
    expect(FORMAT_READERS.map((reader) => reader.format).sort()).toEqual(Object.keys(FORMATS).sort());
  });

  const folder = join(ROOT, 'test/fixtures/import');
  const files = readdirSync(folder).filter((name) => !/^(broken|other)-/.test(name));
  it.each(files)('%s is of the format that its name says, and of no other', (name) => {
    expect(known(readFileSync(join(folder, name)))).toEqual([name.split(/[-.]/)[0]]);
  });

  it.each([
    ['isso', issoTables],
    ['waline', walineTables],
    ['cusdis', cusdisTables],
  ])('a database of %s is no other one’s', (format, tables) => {
    expect(known(database(tables))).toEqual([format]);
  });

  it.each([
    ['an empty export of Commento', '{"version":1}', ['commento']],
    ['an empty export of Commento, with lists', '{"version":1,"comments":[],"commenters":[]}', ['commento']],
    ['an empty export of Comentario', '{"version":3}', ['comentario']],
    ['an empty backup of Remark42', '{"version":1,"users":null,"posts":null}', ['remark42']],
    ['an export of Comentario that breaks', '{"version":3,"pages":[Oops', ['comentario']],
    ['an answer of GitHub without discussions', '{"data":{"repository":{"discussions":{"nodes":[]}}}}', ['giscus']],
    ['discussions alone', '[{"number":1,"title":"a","comments":{"nodes":[]}}]', ['giscus']],
    ['issues, a list in a list', '[[{"comments_url":"x","number":1,"title":"a"}]]', ['utterances']],
    ['comments of issues as lines', '{"issue_url":"x","user":null,"body":"b"}\n{"issue_url":"x"}', ['utterances']],
    ['an answer of Waline’s API', '{"errno":0,"errmsg":"","data":{"type":"waline","version":1,"data":{}}}', ['waline']],
    ['LeanCloud’s results', '{"results":[{"objectId":"1","comment":"c","nick":"n","url":"/"}]}', ['valine']],
    ['the database file of Twikoo', '{"filename":"db.json","collections":[{"name":"comment","data":[]}]}', ['twikoo']],
    ['an answer of Twikoo', '{"code":0,"data":[{"_id":"1","comment":"c","nick":"n","url":"/"}]}', ['twikoo']],
    ['an answer of Cusdis without comments', '{"data":{"commentCount":0,"pageCount":0,"data":[]}}', ['cusdis']],
  ])('knows %s', (_, head, formats) => {
    expect(known(head)).toEqual(formats);
  });

  it.each([
    ['nothing', ''],
    ['an empty list', '[]'],
    ['an empty object', '{}'],
    ['a text', '"version"'],
    ['any list of objects', '[{"id":1,"title":"a","body":"b"}]'],
    ['a version of something', '{"version":"1.2.3","name":"package","dependencies":{}}'],
    ['a manifest', '{"version":3,"name":"extension","manifest_version":3}'],
    ['comments of something', '{"comments":[{"id":1,"text":"x"}]}'],
    ['YAML', '- id: 1000\n  rid: 0\n  content: Hello\n  page_key: /a\n'],
    ['CSV', 'id,comment,nick\n1,2,3\n'],
    ['a database of something', 'SQLite format 3\0CREATE TABLE notes (id, body)'],
    ['a page', '<!doctype html><title>comments</title>'],
    ['names that are only inherited', '[{"__proto__":{"page_key":"","content":"","nick":""}}]'],
  ])('takes %s for none', (_, head) => {
    expect(known(head)).toEqual([]);
  });
});
