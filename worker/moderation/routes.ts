/** HTTP of moderation: the queue, decisions about comments, the log with its undo, bans, trying rules. */
import { Hono } from 'hono';
import type { AppEnv } from '../request';

export const moderation = new Hono<AppEnv>();
