/** HTTP of running sites: who asks, sites and their settings, tokens, numbers. Moderation and pages have rooms of their own. */
import { Hono } from 'hono';
import type { AppEnv } from '../request';
import { setAttackMode } from './attack-mode';
import { readGrant } from './me';
import { changeSite, createSite, listSites } from './sites';
import { readStats } from './stats';
import { createToken, listTokens, revokeToken } from './tokens';

export const admin = new Hono<AppEnv>()
  .get('/admin/me', readGrant)
  .get('/admin/sites', listSites)
  .post('/admin/sites', createSite)
  .patch('/admin/sites/:site', changeSite)
  .put('/admin/sites/:site/attack', setAttackMode)
  .get('/admin/stats', readStats)
  .get('/admin/tokens', listTokens)
  .post('/admin/tokens', createToken)
  .delete('/admin/tokens/:id', revokeToken);
