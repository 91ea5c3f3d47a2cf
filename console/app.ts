/** What every view may ask for once somebody has signed in. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Grant, Scope, Summary } from '../worker/contract-admin';
import type { Api } from './api';
import { type Cell, createCell } from './cell';

export interface App {
  api: Api;
  grant: Grant;
  /** The site that is looked at; '' for all of them. */
  site: Cell<string>;
  /** What waits there; undefined until it is known. */
  summary: Cell<Summary | undefined>;
  /** Asks what waits, now. */
  refresh(): void;
  may(scope: Scope): boolean;
  /** Says something in the bar below, and to screen readers; with something to take it back by. */
  tell(notice: Notice | string): void;
  signOut(): void;
}

export interface Notice {
  text: string;
  /** An error stays until another one comes. */
  bad?: boolean;
  undo?(): void;
}

/** What was said last. A new object each time: the same words twice are said twice. */
export const notice = createCell<Notice | null>(null);

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('There is no app around this view.');
  return app;
}

const SITE_KEY = 'afterword:console:site';

/** The site last looked at on this device, if it can be; else all, where there are several. */
export function createSiteChoice({ sites }: Grant): Cell<string> {
  const last = localStorage.getItem(SITE_KEY);
  const first = sites.length === 1 ? sites[0]!.id : '';
  const cell = createCell(sites.some(({ id }) => id === last) ? last! : first);
  cell.follow(() => localStorage.setItem(SITE_KEY, cell.get()));
  return cell;
}

/** For views that are about one site: the one looked at, else the first. */
export const oneSite = (app: App, site: string): string => site || (app.grant.sites[0]?.id ?? '');
