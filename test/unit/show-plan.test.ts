/** A plan in words: what is in it to be typed can be pasted into a shell. */
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../cli/import/plan.ts';
import { showPlan } from '../../cli/import/show-plan.ts';

const planOf = (...hosts: string[]): Plan => ({
  ...{ file: 'a.xml', format: 'disqus', site: 'blog', server: 'https://comments.example', digest: '', records: 0 },
  ...{ comments: 0, present: 0, byStatus: {}, byKind: {}, depth: 0, orphans: [], pagesWithoutComments: 0 },
  ...{ authors: { count: 0, withEmail: 0, withAccount: 0 }, pages: [], skipped: [], odd: [], broken: null },
  unknownHosts: hosts.map((host) => ({ host, pages: 1, comments: 1 })),
});

describe('the plan of an import', () => {
  it('says what to do about a host that the site does not have', () => {
    const shown = showPlan(planOf('old.example:8080'));
    expect(shown).toContain('npx afterword sites add-origin blog https://old.example:8080');
    expect(shown).toContain('--map https://old.example:8080=https://…');
  });

  it('threat 4: a host that a shell would run is shown, and no command with it', () => {
    const hosts = ['$(reboot).example', 'a;reboot', '`reboot`', "a'b", 'a&b'];
    const shown = showPlan(planOf(...hosts));
    for (const host of hosts) expect(shown).toContain(host);
    expect(shown).not.toContain('add-origin');
    expect(shown).not.toContain('--map');
  });
});
