/** Signing in: by an API token, or as somebody on the team of a site. */
import { useState } from 'preact/hooks';
import type { Site } from '../../worker/contract';
import { chooseLanguage, explain, LANGUAGES, language, t } from '../language';
import { readSite, startLogin } from '../person';
import { Field, Select } from './field';

interface Props {
  /** Why the last try failed, in words. */
  problem: string;
  onToken(token: string, stay: boolean): Promise<void>;
}

export function SignIn({ problem, onToken }: Props) {
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    await onToken(String(form.get('token')).trim(), form.has('stay'));
    setBusy(false);
  };
  return (
    <main class="door">
      <h1>Afterword</h1>
      <form onSubmit={submit}>
        <Field label={t.token} name="token" type="password" autocomplete="off" required autofocus />
        <label class="check">
          <input type="checkbox" name="stay" /> {t.stay}
        </label>
        <p role="alert" class="problem">
          {problem}
        </p>
        <button class="go" type="submit" disabled={busy}>
          {t.signIn}
        </button>
      </form>
      <TeamLogin />
      <Select label={t.language} value={language} options={Object.entries(LANGUAGES)} onPick={chooseLanguage} />
    </main>
  );
}

/** Which ways in there are depends on the site. */
function TeamLogin() {
  const [site, setSite] = useState<Site>();
  const [address, setAddress] = useState('');
  const [problem, setProblem] = useState('');
  const [instance, setInstance] = useState('');
  const find = async (event: SubmitEvent) => {
    event.preventDefault();
    setProblem('');
    try {
      const found = await readSite(address);
      setSite(found);
      if (found.providers.length === 0) setProblem(t.noProviders);
    } catch (error) {
      setProblem(explain(error));
    }
  };
  const start = (provider: Site['providers'][number]) =>
    startLogin(address, provider.id, provider.instance ? instance : undefined).catch((error) =>
      setProblem(explain(error)),
    );
  const needsInstance = site?.providers.some((provider) => provider.instance);
  return (
    <details>
      <summary>{t.asTeam}</summary>
      <form onSubmit={find}>
        <Field
          label={t.siteAddress}
          name="site"
          placeholder="blog.example"
          required
          value={address}
          onInput={(value) => {
            setAddress(value);
            setSite(undefined);
          }}
        />
        {needsInstance && (
          <Field
            label={t.instance}
            name="instance"
            placeholder="social.example"
            value={instance}
            onInput={setInstance}
          />
        )}
        <p role="alert" class="problem">
          {problem}
        </p>
        {site ? (
          <p class="row">
            {site.providers.map((provider) => (
              <button key={provider.id} type="button" onClick={() => start(provider)}>
                {t.signInBy.replace('{it}', () => provider.name)}
              </button>
            ))}
          </p>
        ) : (
          <button type="submit">{t.next}</button>
        )}
      </form>
    </details>
  );
}
