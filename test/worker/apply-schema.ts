/** Runs before each test file: its own empty database gets schema.sql. */
import { env } from 'cloudflare:workers';

const { DB, TEST_SCHEMA } = env as unknown as { DB: D1Database; TEST_SCHEMA: string[] };
await DB.batch(TEST_SCHEMA.map((statement) => DB.prepare(statement)));
