/** What there is to see, and which scope it takes. */
import type { FunctionComponent } from 'preact';
import type { Scope } from '../worker/contract-admin';
import { BansView } from './bans/bans';
import type { Words } from './language';
import { LogView } from './log/log';
import { NoticesView } from './notices/notices';
import { NumbersView } from './numbers/numbers';
import { PagesView } from './pages/pages';
import { QueueView } from './queue/queue';
import { RulesView } from './rules/rules';
import { SitesView } from './sites/sites';
import { TokensView } from './tokens/tokens';

export interface View {
  name: keyof Words['views'];
  scope: Scope;
  draw: FunctionComponent;
}

const VIEWS: View[] = [
  { name: 'queue', scope: 'comments:read', draw: QueueView },
  { name: 'log', scope: 'comments:read', draw: LogView },
  { name: 'bans', scope: 'comments:read', draw: BansView },
  { name: 'pages', scope: 'comments:read', draw: PagesView },
  { name: 'rules', scope: 'sites:write', draw: RulesView },
  { name: 'sites', scope: 'sites:write', draw: SitesView },
  { name: 'notices', scope: 'sites:write', draw: NoticesView },
  { name: 'tokens', scope: 'tokens:write', draw: TokensView },
  { name: 'numbers', scope: 'stats:read', draw: NumbersView },
];

export const listViews = (scopes: readonly Scope[]): View[] => VIEWS.filter(({ scope }) => scopes.includes(scope));
