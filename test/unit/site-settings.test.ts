/** What an owner types after `npm run site --`, and what becomes of it in the database. */
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { readMember, readSettings, type SiteInput, siteSql } from '../../cli/site-sql.ts';
import { parseSettings } from '../../worker/admin/settings';

describe('settings on the command line', () => {
  it('are JSON, or text as it is', () => {
    expect(readSettings(['votes=both', 'editWindow=30', 'guests=false', 'reactions=["👍"]', 'ssoIssuer=blog'])).toEqual(
      {
        votes: 'both',
        editWindow: 30,
        guests: false,
        reactions: ['👍'],
        ssoIssuer: 'blog',
      },
    );
  });

  it.each(['votes=sideways', 'editWindow=-1', 'guests=maybe', 'toString=1', 'votes', '=1', 'nothing=1'])(
    'refuses %j in words',
    (word) => {
      expect(() => readSettings([word])).toThrow(/votes|editWindow|guests|is no setting/);
    },
  );

  it('name people of the team', () => {
    expect(readMember(['Mika Lind', 'mika@blog.example', 'author'])).toEqual({
      name: 'Mika Lind',
      email: 'mika@blog.example',
      role: 'author',
    });
    expect(readMember(['Mika Lind'])).toEqual({ name: 'Mika Lind', role: 'moderator' });
    for (const words of [[], [' '], ['Mika', 'king']]) expect(() => readMember(words)).toThrow(/is neither/);
  });
});

describe('in the database', () => {
  it('settings are merged, a member is added or replaced, and the version moves on', () => {
    const db = new DatabaseSync(':memory:');
    db.exec('CREATE TABLE sites (id TEXT PRIMARY KEY, name, settings TEXT, version INTEGER DEFAULT 1, created_at)');
    db.exec('CREATE TABLE origins (host TEXT PRIMARY KEY, site_id)');
    const apply = (change: Partial<SiteInput>) =>
      db.exec(siteSql({ id: 'main', name: 'main', hosts: [], ...change }, 0));
    apply({ settings: { hold: true } });
    apply({ member: readMember(["Mika O'Lind", 'mika@blog.example', 'author']) });
    apply({ member: readMember(['Noor']) });
    apply({ member: readMember(["Mika O'Lind"]) });
    const { settings, version } = db.prepare('SELECT settings, version FROM sites').get() as {
      settings: string;
      version: number;
    };
    expect(parseSettings(settings)).toMatchObject({
      hold: true,
      team: [
        { name: 'Noor', role: 'moderator' },
        { name: "Mika O'Lind", role: 'moderator' },
      ],
    });
    expect(version).toBe(4);
  });
});

describe('stored settings', () => {
  it('that cannot be read count as unset, and the others still hold', () => {
    expect(parseSettings('{"hold":true,"votes":7,"reactions":"x"}')).toMatchObject({
      hold: true,
      votes: 'up',
      reactions: [],
    });
    for (const json of ['', '[]', 'null', '7'])
      expect(parseSettings(json)).toMatchObject({ hold: false, guests: true });
  });
});
