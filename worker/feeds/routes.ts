/** HTTP of feeds. */
import { Hono } from 'hono';
import type { AppEnv } from '../request';

export const feeds = new Hono<AppEnv>();
