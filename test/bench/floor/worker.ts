/**
 * The floor: the least a worker can do to give the same answers. A read is one D1 statement over prepared texts, joined
 * into the very bytes that ours answers; a post is one INSERT. No checks, no rendering, no framework.
 */
interface Row {
  json: string;
}
interface Statement {
  bind(...values: unknown[]): Statement;
  all(): Promise<{ results: Row[] }>;
  run(): Promise<unknown>;
}
interface Env {
  DB: { prepare(sql: string): Statement };
}

const HEADERS = {
  'Content-Type': 'application/json',
  'Cache-Control': 'public, max-age=0, s-maxage=5',
  ETag: 'W/"1.1.1.01kdv0vcg00000000000000000.1"',
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Afterword-Bookmark, Retry-After',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
};

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/healthz') return new Response('{"ok":true}');
    if (request.method === 'POST') {
      const json = await request.text();
      await env.DB.prepare('INSERT INTO posted (id, json) VALUES (?, ?)').bind(crypto.randomUUID(), json).run();
      return new Response(json, { status: 201, headers: HEADERS });
    }
    const { results } = await env.DB.prepare('SELECT json FROM floor WHERE page = ? ORDER BY n LIMIT ?')
      .bind(searchParams.get('page'), Number(searchParams.get('rows')))
      .all();
    // The first text is what stands around the comments.
    const [start, end] = results[0]!.json.split('\n');
    const comments = results.slice(1).map((row) => row.json);
    return new Response(`${start}${comments.join(',')}${end}`, { headers: HEADERS });
  },
};
