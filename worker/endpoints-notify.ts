/** The endpoints of notices and feeds, as data; beside those of endpoints.ts and endpoints-admin.ts. */
import type { Endpoint } from './endpoints';

type AdminEntry = Omit<Endpoint, 'tag' | 'needs'> & { scope: NonNullable<Endpoint['scope']> };

export const notifyAnswers = {};
export const notifyBodies = {};

/** For everybody. */
export const NOTIFY_ENDPOINTS: Endpoint[] = [];
/** Below /admin. */
export const NOTIFY_ADMIN_ENTRIES: AdminEntry[] = [];
