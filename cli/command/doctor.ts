/**
 * `afterword doctor [URL…]`: looks at pages as a browser does and at the instance as its owner does, and prints what is wrong with
 * what to do about it. What there is to find is below cli/doctor/.
 */

import type { Command } from 'commander';
import { isAddress } from '../doctor/address.ts';
import { drawReport } from '../doctor/draw-report.ts';
import { collectInstance, judgeInstance } from '../doctor/examine-instance.ts';
import { examinePage, type PageReport } from '../doctor/examine-page.ts';
import { type Finding, isUnseen } from '../doctor/finding.ts';
import { EXIT, Failure } from '../failure.ts';
import { terminalWidth } from '../output/table.ts';
import { isLocal, type Target } from '../remote/target.ts';
import type { Context } from './context.ts';
import { addExamples } from './examples.ts';

export function addDoctorCommand(program: Command, context: () => Context): void {
  const command = program
    .command('doctor')
    .description('looks at a page and at the instance, and tells what is wrong and how to mend it')
    .argument('[url...]', 'addresses of pages; without one only the instance is looked at')
    .action(async (urls: string[]) => {
      process.exitCode = await examine(urls.map(readAddress), context());
    });
  addExamples(command, [
    ['npx afterword doctor https://blog.example/post', 'why are there no comments on that page?'],
    ['npx afterword doctor --server https://comments.example.com', 'the instance alone; a token shows more of it'],
    [
      'npx afterword doctor --json https://blog.example/post',
      'for scripts: exit code 0 nothing wrong, 3 findings, 1 could not look',
    ],
  ]);
}

async function examine(urls: URL[], context: Context): Promise<number> {
  const target = context.target();
  if (!target.server && urls.length === 0)
    throw new Failure('Name a page, or an instance with --server https://comments.example.com.', 'usage');
  // The local server of this checkout is a guess: a page that names another instance knows better.
  const isGuess = target.server?.from.endsWith('of this checkout') === true && urls.length > 0;
  const server = isGuess ? undefined : target.server?.value;
  const own = server ? await collectInstance(server, target.token ? context.client() : undefined) : undefined;
  const sites = own && 'sites' in own ? own.sites : undefined;
  const pages: PageReport[] = [];
  for (const url of urls) pages.push(await examinePage(url, { server, sites }));
  const instance = own ? { server: server!, collected: own } : await collectNamed(pages, target, context);
  const witnesses = pages.flatMap(({ clock }) => clock ?? []);
  const ofInstance = instance ? judgeInstance(instance.collected, witnesses) : [];
  const findings = [...pages.flatMap((page) => page.findings), ...ofInstance];
  const report = {
    pages: pages.map(({ url, address, instance: named, findings: found }) => ({
      url,
      address,
      instance: named,
      findings: found,
    })),
    instance: instance ? { server: instance.server, findings: ofInstance } : null,
  };
  const sections = [
    ...pages.map(({ url, findings: found }) => ({ title: url, findings: found })),
    ...(instance ? [{ title: `The instance ${instance.server}`, findings: ofInstance }] : []),
  ];
  context.print(report, () => drawReport(sections, terminalWidth()));
  return exitOf(findings);
}

/** The instance that a page names. The token goes to the server that it is for, and to no other. */
async function collectNamed(pages: PageReport[], target: Target, context: Context) {
  const page = pages.find(({ instance }) => instance !== null);
  const named = page?.instance ?? undefined;
  if (!page || named === undefined) return undefined;
  const isOwn = named === target.server?.value && target.token;
  const publicOnly = !isOwn && page.isPublic;
  return { server: named, collected: await collectInstance(named, isOwn ? context.client() : undefined, publicOnly) };
}

function exitOf(findings: Finding[]): number {
  if (findings.some(isUnseen)) return EXIT.failed;
  return findings.some(({ level }) => level !== 'note') ? EXIT.attention : EXIT.ok;
}

/** @throws Failure `usage` */
function readAddress(text: string): URL {
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const url = URL.parse(hasScheme ? text : `${isLocal(`http://${text}`) ? 'http' : 'https'}://${text}`);
  if (!url || !isAddress(url)) throw new Failure(`“${text}” is no web address.`, 'usage');
  return url;
}
