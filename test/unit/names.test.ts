import { describe, expect, it } from 'vitest';
import { findReserved, foldName } from '../../worker/identity/names';

const TEAM = [{ name: 'Mika Lind', email: 'mika@blog.example' }, { name: 'Admin' }];

describe('reserved names', () => {
  it.each([
    'Mika Lind',
    'mika lind',
    'MIKA LIND',
    'Mika  Lind ',
    'МІКА LIND', // Cyrillic capitals
    'Mіka Lіnd', // Cyrillic i
    'Mlka Llnd',
    'M1ka L1nd',
    'Míka Lınd',
    'Ｍｉｋａ Ｌｉｎｄ',
    '𝐌𝐢𝐤𝐚 𝐋𝐢𝐧𝐝',
    'Mi\u200bka Li\u00adnd',
    'mika.lind',
    'Аdmin',
    'adrnin',
    'ADMIN',
    'аdmin', // Cyrillic a
  ])('refuses %j, which looks like one of the team', (name) => {
    expect(findReserved({ name }, TEAM)).toBe('name');
  });

  it.each(['Mika', 'Lind', 'Mike Lind', 'Administrator', 'Anna', '美香', 'Миша'])('lets %j be', (name) => {
    expect(findReserved({ name }, TEAM)).toBe(null);
  });

  it('refuses an address of the team in any case, and no other', () => {
    expect(findReserved({ name: 'x', email: ' MIKA@Blog.example' }, TEAM)).toBe('email');
    expect(findReserved({ name: 'x', email: 'mika@other.example' }, TEAM)).toBe(null);
  });

  it('reserves nothing by a name that folds to nothing', () => {
    expect(foldName('☆')).toEqual([]);
    expect(findReserved({ name: '☆' }, [{ name: '♡' }])).toBe(null);
  });
});
