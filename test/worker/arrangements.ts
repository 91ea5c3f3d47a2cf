/** For every endpoint of those who run a site a request that the owner would have done, and all that it needs in place. */
import type { Endpoint } from '../../worker/endpoints';
import { ask, createToken, type Headers } from './admin';
import { ADMIN, bindings, createSite, post } from './api';
import { authorRecord } from './importing';
import type { Key } from './key';
import { insertDelivery, insertWebhook } from './webhooks';

/** A site that requests are about, with something on it. */
export interface Place {
  site: string;
  url: string;
  comment: string;
  page: string;
}
export interface Ask {
  path?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
}
export interface Arrangement {
  /** A request that the owner would have done, with all that it needs put in place. */
  arrange(place: Place): Promise<Ask> | Ask;
  /** What a token for another site is told: of this one it knows nothing, or it named it; `own`: it answers for its own. */
  elsewhere: 'not_found' | 'scope_missing' | 'own';
}

const idOf = async (answer: Promise<Response>, name = 'id') =>
  ((await (await answer).json()) as Record<string, string>)[name]!;
const ofSite = ({ site }: Place): Ask => ({ query: { site } });
const ofComment = ({ comment }: Place): Ask => ({ path: { id: comment } });
const ofPage = ({ page }: Place): Ask => ({ path: { id: page } });
const pageOf = async (comment: string) =>
  (await bindings.DB.prepare('SELECT page_id FROM comments WHERE id = ?').bind(comment).first<string>('page_id'))!;
export const otherPage = async ({ url }: Place) => pageOf((await post({ url: `${url}/other` }, ADMIN)).id);
const newBan = ({ site }: Place) => ({ site, kind: 'domain', value: 'spam.example' });
const newImport = ({ site }: Place) => ({ site, format: 'disqus', name: 'x.xml', digest: 'a'.repeat(64), total: 2 });
const beginImport = (place: Place) => idOf(ask('POST', '/admin/imports', newImport(place)));
const newRecord = ({ site }: Place) => authorRecord(site, 1);
const newRecipient = ({ site }: Place) => ({ site, email: 'robin@mail.example', about: ['new'] });
const addRecipient = async (place: Place): Promise<Ask> => ({
  path: { id: await idOf(ask('POST', '/admin/recipients', newRecipient(place))) },
});

/** Where nothing is sent to: it is no public address. */
const ofWebhook = async ({ site }: Place): Promise<Ask> => ({
  path: { id: await insertWebhook({ site_id: site, url: 'https://127.0.0.1/' }) },
});

/** By the endpoint’s id; scopes.test.ts fails when one has none. */
export const ARRANGEMENTS: Record<string, Arrangement> = {
  listComments: { arrange: ofSite, elsewhere: 'scope_missing' },
  readAdminComment: { arrange: ofComment, elsewhere: 'not_found' },
  changeComment: { arrange: (p) => ({ ...ofComment(p), body: { name: 'Other' } }), elsewhere: 'not_found' },
  moveComment: {
    arrange: (p) => ({ ...ofComment(p), body: { url: `${p.url}/elsewhere` } }),
    elsewhere: 'not_found',
  },
  decide: { arrange: ({ comment }) => ({ body: { action: 'hold', ids: [comment] } }), elsewhere: 'own' },
  readLog: { arrange: ofSite, elsewhere: 'scope_missing' },
  undo: {
    arrange: async ({ comment }) => ({
      path: { id: await idOf(ask('POST', '/admin/decisions', { action: 'spam', ids: [comment] }), 'batch') },
    }),
    elsewhere: 'not_found',
  },
  listBans: { arrange: ofSite, elsewhere: 'scope_missing' },
  ban: { arrange: (p) => ({ body: newBan(p) }), elsewhere: 'scope_missing' },
  unban: {
    arrange: async (p) => ({ path: { id: await idOf(ask('POST', '/admin/bans', newBan(p))) } }),
    elsewhere: 'not_found',
  },
  backtest: { arrange: ({ site }) => ({ body: { site, settings: { hold: true } } }), elsewhere: 'scope_missing' },
  listPages: { arrange: ofSite, elsewhere: 'scope_missing' },
  listPageDuplicates: { arrange: ofSite, elsewhere: 'scope_missing' },
  changePage: { arrange: (p) => ({ ...ofPage(p), body: { locked: true } }), elsewhere: 'not_found' },
  movePage: { arrange: (p) => ({ ...ofPage(p), body: { url: `${p.url}/moved` } }), elsewhere: 'not_found' },
  mergePage: { arrange: async (p) => ({ ...ofPage(p), body: { into: await otherPage(p) } }), elsewhere: 'not_found' },
  readGrant: { arrange: () => ({}), elsewhere: 'own' },
  readSummary: { arrange: ofSite, elsewhere: 'scope_missing' },
  readStats: { arrange: ofSite, elsewhere: 'scope_missing' },
  listSites: { arrange: () => ({}), elsewhere: 'own' },
  createSite: {
    arrange: ({ site }) => ({ body: { id: `${site}-2`, name: 'Another', origins: [] } }),
    elsewhere: 'scope_missing',
  },
  changeSite: { arrange: ({ site }) => ({ path: { site }, body: { name: 'Other' } }), elsewhere: 'not_found' },
  setAttackMode: { arrange: ({ site }) => ({ path: { site }, body: { minutes: 5 } }), elsewhere: 'not_found' },
  listTokens: { arrange: () => ({}), elsewhere: 'own' },
  createToken: {
    arrange: ({ site }) => ({ body: { name: 'Tool', scopes: ['tokens:write'], site } }),
    elsewhere: 'scope_missing',
  },
  revokeToken: {
    arrange: async ({ site }) => ({ path: { id: (await createToken({ scopes: ['tokens:write'], site })).id } }),
    elsewhere: 'not_found',
  },
  planImport: { arrange: (p) => ({ body: { site: p.site, urls: [p.url] } }), elsewhere: 'scope_missing' },
  listImports: { arrange: () => ({}), elsewhere: 'own' },
  createImport: { arrange: (p) => ({ body: newImport(p) }), elsewhere: 'scope_missing' },
  readImport: { arrange: async (p) => ({ path: { id: await beginImport(p) } }), elsewhere: 'not_found' },
  importRecords: {
    arrange: async (p) => ({ path: { id: await beginImport(p) }, body: { position: 0, records: [newRecord(p)] } }),
    elsewhere: 'not_found',
  },
  finishImport: { arrange: async (p) => ({ path: { id: await beginImport(p) } }), elsewhere: 'not_found' },
  undoImport: { arrange: async (p) => ({ path: { id: await beginImport(p) } }), elsewhere: 'not_found' },
  export: { arrange: ofSite, elsewhere: 'scope_missing' },
  listBackups: { arrange: () => ({}), elsewhere: 'scope_missing' },
  makeBackup: { arrange: () => ({}), elsewhere: 'scope_missing' },
  readBackupPart: {
    arrange: async () => ({ path: { backup: await idOf(ask('POST', '/admin/backups')), part: '1' } }),
    elsewhere: 'scope_missing',
  },
  listRecipients: { arrange: ofSite, elsewhere: 'scope_missing' },
  addRecipient: { arrange: (p) => ({ body: newRecipient(p) }), elsewhere: 'scope_missing' },
  changeRecipient: {
    arrange: async (p) => ({ ...(await addRecipient(p)), body: { frequency: 'daily' } }),
    elsewhere: 'not_found',
  },
  removeRecipient: { arrange: addRecipient, elsewhere: 'not_found' },
  listWebhooks: { arrange: ofSite, elsewhere: 'scope_missing' },
  createWebhook: {
    arrange: ({ site }) => ({ body: { site, url: 'https://hook.invalid/', events: ['comment.held'] } }),
    elsewhere: 'scope_missing',
  },
  changeWebhook: {
    arrange: async (p) => ({ ...(await ofWebhook(p)), body: { active: false } }),
    elsewhere: 'not_found',
  },
  deleteWebhook: { arrange: ofWebhook, elsewhere: 'not_found' },
  rotateWebhookSecret: { arrange: ofWebhook, elsewhere: 'not_found' },
  testWebhook: { arrange: ofWebhook, elsewhere: 'not_found' },
  listDeliveries: { arrange: ofSite, elsewhere: 'scope_missing' },
  resendDeliveries: { arrange: async ({ site }) => ({ body: await insertDelivery(site) }), elsewhere: 'not_found' },
  listFeedKeys: { arrange: () => ({}), elsewhere: 'own' },
  createFeedKey: { arrange: ({ site }) => ({ body: { name: 'Reader', site } }), elsewhere: 'scope_missing' },
  revokeFeedKey: {
    arrange: async ({ site }) => ({
      path: { id: await idOf(ask('POST', '/admin/feed-keys', { name: 'Reader', site })) },
    }),
    elsewhere: 'not_found',
  },
  readInstance: { arrange: () => ({}), elsewhere: 'scope_missing' },
};

export async function createPlace(): Promise<Place> {
  const { site, url } = await createSite();
  const comment = (await post({ url }, ADMIN)).id;
  return { site, url, comment, page: await pageOf(comment) };
}

export const pathOf = (endpoint: Endpoint, { path = {}, query = {} }: Ask): string =>
  endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => path[name]!) +
  (Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : '');
export const send = (endpoint: Endpoint, request: Ask, headers: Headers, over = {}) =>
  ask(endpoint.method.toUpperCase(), pathOf(endpoint, request), request.body, headers, over);
/** @param token of a login, if there is one */
export const sendBy = (key: Key, token: string | undefined, endpoint: Endpoint, request: Ask) =>
  key.ask(endpoint.method.toUpperCase(), pathOf(endpoint, request), request.body, token === undefined ? {} : { token });
