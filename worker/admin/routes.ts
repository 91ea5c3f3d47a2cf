/** HTTP of running sites: who asks, sites and their settings, tokens, numbers. Moderation and pages have rooms of their own. */
import { Hono } from 'hono';
import type { AppEnv } from '../request';
import { readGrant } from './me';

export const admin = new Hono<AppEnv>().get('/admin/me', readGrant);
