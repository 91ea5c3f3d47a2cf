/** The site that is looked at with its settings, and how a setting looks; saving what was changed. */
import { useEffect, useState } from 'preact/hooks';
import type { AdminSite, AdminSites } from '../../worker/contract-admin';
import { oneSite, useApp } from '../app';
import { useCell } from '../cell';
import { type Loaded, useLoaded } from '../frame/loaded';
import { explain } from '../language';
import { readSettings, type Setting } from './schema';

export interface SiteOf {
  loaded: Loaded<AdminSites>;
  site: AdminSite | undefined;
  settings: Setting[];
  problem: string;
  /** @throws Refused */
  save(edit: { name?: string; origins?: string[]; settings?: Record<string, unknown> }): Promise<void>;
}

export function useSite(): SiteOf {
  const app = useApp();
  const id = oneSite(app, useCell(app.site));
  const loaded = useLoaded<AdminSites>('/admin/sites');
  const [settings, setSettings] = useState<Setting[]>([]);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    readSettings().then(setSettings, (error) => setProblem(explain(error)));
  }, []);
  const { data } = loaded;
  return {
    loaded,
    settings,
    problem,
    site: data?.sites.find((each) => each.id === id),
    async save(edit) {
      const saved = await app.api.send<AdminSite>('PATCH', `/admin/sites/${id}`, edit);
      loaded.set({ sites: (data?.sites ?? []).map((each) => (each.id === id ? saved : each)) });
    },
  };
}
