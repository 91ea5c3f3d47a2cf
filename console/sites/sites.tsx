/** Sites: name, origins and every setting, in a form made of the API's own description; making a new one. */
import { useState } from 'preact/hooks';
import type { AdminSite } from '../../worker/contract-admin';
import { useApp } from '../app';
import { Dialog } from '../frame/dialog';
import { Field } from '../frame/field';
import { Show } from '../frame/loaded';
import { explain, say, t, type Words } from '../language';
import type { Setting } from './schema';
import { SettingField, tidyRows } from './setting-field';
import { type SiteOf, useSite } from './use-site';

/** Which settings belong together; what no group names comes last. Rules have a view of their own. */
const GROUPS: [name: keyof Words['groups'], settings: string[]][] = [
  ['writing', ['guests', 'requireEmail', 'requireUrl', 'editWindow', 'closeAfter', 'images']],
  ['holding', ['hold', 'trustAfter', 'maxLinks', 'holdNewPages', 'languages', 'classifier', 'retention']],
  ['attacks', ['challenge', 'attackAfter', 'turnstile']],
  ['services', ['akismet', 'phaseUrl', 'ai', 'gravatar']],
  ['reading', ['sort', 'votes', 'reactions']],
  ['people', ['team', 'ssoJwks', 'ssoIssuer']],
];
const ELSEWHERE = ['rules'];

export function SitesView() {
  const app = useApp();
  const of = useSite();
  const [asking, setAsking] = useState(false);
  return (
    <section class="page-view">
      <header class="row">
        <h1>{t.views.sites}</h1>
        {app.grant.site === null && (
          <button type="button" class="go" onClick={() => setAsking(true)}>
            {t.newSite}
          </button>
        )}
      </header>
      {of.problem && (
        <p class="problem" role="alert">
          {of.problem}
        </p>
      )}
      <Show loaded={of.loaded}>
        {() => of.site && of.settings.length > 0 && <SiteForm key={of.site.id} site={of.site} of={of} />}
      </Show>
      {asking && <NewSiteDialog onClose={() => setAsking(false)} />}
    </section>
  );
}

const readLines = (text: string): string[] => text.split(/\s+/).filter(Boolean);
/** Hosts are stored without a scheme; the API takes origins. */
const toOrigin = (host: string): string =>
  /^https?:\/\//.test(host) ? host : `${/^(localhost|127\.)/.test(host) ? 'http' : 'https'}://${host}`;

function SiteForm({ site, of }: { site: AdminSite; of: SiteOf }) {
  const app = useApp();
  const [name, setName] = useState(site.name);
  const [origins, setOrigins] = useState(site.origins.join('\n'));
  const [changed, setChanged] = useState<Record<string, unknown>>({});
  const [problem, setProblem] = useState('');
  const stored = site.settings as Record<string, unknown>;
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    setProblem('');
    const listed = readLines(origins);
    const tidied = of.settings
      .filter(({ name }) => name in changed)
      .map(({ name, shape }) => [name, shape.kind === 'rows' ? tidyRows(shape, changed[name] as []) : changed[name]]);
    try {
      await of.save({
        ...(name !== site.name && { name }),
        ...(listed.join('\n') !== site.origins.join('\n') && { origins: listed.map(toOrigin) }),
        ...(tidied.length > 0 && { settings: Object.fromEntries(tidied) }),
      });
      setChanged({});
      app.tell(t.saved);
    } catch (error) {
      setProblem(explain(error));
    }
  };
  const draw = ({ name, shape }: Setting) => (
    <SettingField
      key={name}
      name={name}
      shape={shape}
      value={name in changed ? changed[name] : stored[name]}
      onChange={(value) => setChanged((old) => ({ ...old, [name]: value }))}
    />
  );
  const named = new Set<string>([...GROUPS.flatMap(([, names]) => names), ...ELSEWHERE]);
  const rest = of.settings.filter(({ name }) => !named.has(name));
  return (
    <form class="settings" onSubmit={save}>
      <section>
        <h2 dir="auto">{site.name}</h2>
        <Field label={t.name} value={name} onInput={setName} required />
        <Field label={t.origins} hint={t.originsHint} rows={3} value={origins} onInput={setOrigins} />
      </section>
      {GROUPS.map(([group, names]) => (
        <section key={group}>
          <h2>{t.groups[group]}</h2>
          {of.settings.filter((setting) => names.includes(setting.name)).map(draw)}
        </section>
      ))}
      {rest.length > 0 && <section>{rest.map(draw)}</section>}
      <p class="problem" role="alert">
        {problem}
      </p>
      <p class="row save">
        <button class="go" type="submit">
          {t.save}
        </button>
      </p>
    </form>
  );
}

function NewSiteDialog({ onClose }: { onClose(): void }) {
  const app = useApp();
  const make = async (form: FormData) => {
    const origins = readLines(String(form.get('origins'))).map(toOrigin);
    const made = await app.api.send<AdminSite>('POST', '/admin/sites', {
      id: form.get('id'),
      name: form.get('name'),
      origins,
    });
    app.grant.sites.push({ id: made.id, name: made.name });
    app.site.set(made.id);
    app.tell(say(t.siteMade, 0, made.name));
  };
  return (
    <Dialog title={t.newSite} go={t.make} onGo={make} onClose={onClose}>
      <Field label={t.siteId} name="id" required autofocus hint={t.siteIdHint} />
      <Field label={t.name} name="name" required />
      <Field label={t.origins} name="origins" rows={3} required hint={t.originsHint} />
    </Dialog>
  );
}
