/** What a run of notices computes itself: letters, links, and the form in which they are sent, by the worker's own code in this process. */
import { loadCode } from './code.ts';
import { fixed, median, printTable, type Report } from './report.ts';

/** What the free plan allows an invocation. */
const CPU_MS = 10;
/** As many as a run sends. */
const MAILS_A_RUN = 25;
const HOST = 'bench.example';

interface Code {
  writeReply(shell: object, notice: object): object;
  signLink(config: object, purpose: string, id: string): Promise<string>;
  printMail(mail: object, sender: object, now: number): string;
  readSender(from: string, url: string): object;
}

export async function measureWriting(report: Report): Promise<void> {
  const code = await loadCode<Code>([
    'notify/letters/reply',
    'notify/links',
    'notify/mail/mime',
    'notify/mail/mail-url',
  ]);
  const config = { authSecret: 'bench-auth-secret-0123456789-abcdefghij', previousAuthSecret: null };
  const sender = code.readSender(`Bench <comments@${HOST}>`, `https://comments.${HOST}`);
  const page = { title: 'A page', url: `https://${HOST}/` };
  const body = 'The first sun for a week. '.repeat(8);
  const comment = { author: 'Ada', body, createdAt: Date.now(), url: `${page.url}#comment-x`, page };
  const writeAll = async () => {
    for (let n = 0; n < MAILS_A_RUN; n++) {
      const preferencesUrl = `https://comments.${HOST}/${await code.signLink(config, 'preferences', `reader${n}`)}`;
      const shell = {
        language: 'en',
        siteName: 'Bench',
        siteHost: HOST,
        preferencesUrl,
        unsubscribeUrl: preferencesUrl,
      };
      const letter = code.writeReply(shell, { reason: 'page', comment, parent: null });
      code.printMail(
        { id: `a.${n}`, to: `reader${n}@reader.example`, list: HOST, ...letter },
        sender,
        comment.createdAt,
      );
    }
  };
  const times: number[] = [];
  for (let round = 0; round < 60; round++) {
    const { user } = process.cpuUsage();
    for (let n = 0; n < 5; n++) await writeAll();
    times.push((process.cpuUsage().user - user) / 5_000);
  }
  const ms = median(times.slice(20));
  printTable(report, `Writing ${MAILS_A_RUN} notices`, ['', 'CPU ms'], [['letters, links and MIME', fixed(ms, 1)]]);
  report.verdicts.push({
    what: `CPU of writing ${MAILS_A_RUN} notices`,
    target: `≤ ${CPU_MS} ms`,
    measured: `${fixed(ms, 1)} ms`,
    ok: ms <= CPU_MS,
    firm: false,
  });
}
