/** HTTP of notices: who follows what, what links in mails lead to, webhooks, and what became of what was sent. */
import { Hono } from 'hono';
import type { AppEnv } from '../request';

export const notify = new Hono<AppEnv>();
