/** The door: whoever is known goes in, whoever is not signs in, and whoever is refused is told exactly why. */
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import type { Grant } from '../../worker/contract-admin';
import { type Api, createApi, Refused } from '../api';
import { explain, say, t } from '../language';
import { finishLogin } from '../person';
import { type Credentials, forget, type Kept, keep, recall, signWith } from '../session';
import { listViews } from '../views';
import { Frame } from './frame';
import { SignIn } from './sign-in';

/** What ends a session: the credentials are of no use any more. */
const ENDS = ['unauthorized', 'token_expired', 'token_revoked', 'session_invalid', 'proof_invalid'];

type State =
  | { at: 'looking' }
  | { at: 'door'; problem: string }
  | { at: 'inside'; api: Api; grant: Grant /** What was known from last time. */; kept?: Kept };

export function Entrance() {
  const [state, setState] = useState<State>({ at: 'looking' });

  const refuse = (error: unknown) => {
    if (error instanceof Refused && ENDS.includes(error.code)) forget();
    setState({ at: 'door', problem: explain(error) });
  };
  const createApiOf = (credentials: Credentials) =>
    createApi(signWith(credentials), (refused) => {
      if (ENDS.includes(refused.code)) refuse(refused);
    });
  /** @returns whether there is anything to do inside */
  const admit = (inside: Extract<State, { at: 'inside' }>): boolean => {
    const { scopes } = inside.grant;
    const may = listViews(scopes).length > 0;
    const has = scopes.map((scope) => t.scopes[scope]).join(' · ');
    setState(may ? inside : { at: 'door', problem: say(t.nothingToDo, 0, has) });
    return may;
  };
  const enter = async (credentials: Credentials, stay: boolean) => {
    const api = createApiOf(credentials);
    try {
      const grant = await api.get<Grant>('/admin/me');
      if (admit({ at: 'inside', api, grant })) keep({ credentials, grant }, stay);
    } catch (error) {
      refuse(error);
    }
  };
  // Opens with what was known. Whether it is so still is asked once the view inside has asked for what it shows.
  useEffect(() => {
    if (state.at !== 'inside' || !state.kept) return;
    const { api, grant, kept } = state;
    api.get<Grant>('/admin/me').then(
      (now) => {
        if (JSON.stringify(now) === JSON.stringify(grant)) return;
        keep({ ...kept, grant: now });
        admit({ at: 'inside', api, grant: now });
      },
      // What ends a session was told already; the rest the views say.
      () => {},
    );
  }, [state]);
  // Before anything is painted: who is known sees no door, and waits for no frame.
  useLayoutEffect(() => {
    const open = async () => {
      const login = await finishLogin();
      const kept = recall();
      if (login) await enter({ login }, false);
      else if (kept) admit({ at: 'inside', api: createApiOf(kept.credentials), grant: kept.grant, kept });
      else setState({ at: 'door', problem: '' });
    };
    open().catch(refuse);
  }, []);

  if (state.at === 'looking') return null;
  if (state.at === 'door') return <SignIn problem={state.problem} onToken={(token, stay) => enter({ token }, stay)} />;
  const signOut = () => {
    // The login ends on the server as well; a token is the owner's, who revokes it.
    const credentials = recall()?.credentials;
    if (credentials && 'login' in credentials) void state.api.send('DELETE', '/session').catch(() => {});
    forget();
    setState({ at: 'door', problem: '' });
  };
  return <Frame api={state.api} grant={state.grant} signOut={signOut} />;
}
