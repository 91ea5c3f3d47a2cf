/** The command line's client against a server that fails in every way a real one does. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiError, openClient } from '../../cli/remote/client.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** Answers one request after the other with these, the last again and again. */
async function serve(...answers: ((request: IncomingMessage, response: ServerResponse) => void)[]) {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(heard.length, answers.length - 1)]!;
    heard.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  open.push(close);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { client: openClient(url, 'token'), heard, url, close };
}

const json = (value: unknown) => (_request: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
const problem =
  (status: number, code: string, headers = {}) =>
  (_request: IncomingMessage, response: ServerResponse) =>
    void response
      .writeHead(status, { 'Content-Type': 'application/problem+json', ...headers })
      .end(JSON.stringify({ code, detail: `About ${code}.`, field: 'records.3.id' }));
const cutOff = (request: IncomingMessage) => void request.socket.destroy();

describe('the client', { timeout: 20_000 }, () => {
  it('tries again what may pass: a server that is busy, or cuts the line', async () => {
    const { client, heard } = await serve(problem(503, 'storage_unavailable'), cutOff, json({ ok: true }));
    expect(await client.ask('POST', '/admin/x', {})).toEqual({ ok: true });
    expect(heard).toHaveLength(3);
  });

  it('waits as long as the server says, but not for ever', async () => {
    const { client, heard } = await serve(problem(429, 'rate_limited', { 'Retry-After': '1' }), json({}));
    const begun = performance.now();
    await client.ask('GET', '/admin/x');
    expect(performance.now() - begun).toBeGreaterThan(990);
    expect(heard).toHaveLength(2);
    const late = await serve(problem(429, 'rate_limited', { 'Retry-After': '3600' }));
    await expect(late.client.ask('GET', '/admin/x')).rejects.toMatchObject({ code: 'rate_limited' });
    expect(late.heard).toHaveLength(1);
  });

  it('does not try again what will not mend, or must not happen twice', async () => {
    for (const answer of [problem(400, 'invalid_request'), problem(409, 'conflict'), problem(503, 'setup_required')]) {
      const { client, heard } = await serve(answer);
      await expect(client.ask('POST', '/admin/x', {})).rejects.toBeInstanceOf(ApiError);
      expect(heard).toHaveLength(1);
    }
    const { client, heard } = await serve(problem(503, 'storage_unavailable'));
    await expect(client.ask('POST', '/admin/tokens', {}, { once: true })).rejects.toMatchObject({ status: 503 });
    expect(heard).toHaveLength(1);
  });

  it('tells what the API said: status, code, field', async () => {
    const { client } = await serve(problem(409, 'conflict'));
    await expect(client.ask('POST', '/admin/x', {})).rejects.toMatchObject({
      status: 409,
      code: 'conflict',
      message: 'About conflict.',
      field: 'records.3.id',
    });
  });

  it('gives up at once where nothing listens, and waits for a server that was there', async () => {
    const { client, close, url } = await serve(json({}));
    await client.ask('GET', '/admin/x');
    close();
    const begun = performance.now();
    await expect(openClient(url, 'token').ask('GET', '/admin/x')).rejects.toThrow('nothing listens there');
    expect(performance.now() - begun).toBeLessThan(3_000);
    const again = client.ask('GET', '/admin/x');
    const back = createServer(json({ back: true }));
    setTimeout(() => back.listen(Number(new URL(url).port), '127.0.0.1'), 200);
    open.push(() => {
      back.closeAllConnections();
      back.close();
    });
    expect(await again).toEqual({ back: true });
  });

  it('takes no half answer for one: it asks again', async () => {
    const half = (_request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '100' });
      response.write('{"half":', () => response.destroy());
    };
    const { client, heard } = await serve(half, json({ whole: true }));
    expect(await client.ask('GET', '/admin/x')).toEqual({ whole: true });
    expect(heard).toHaveLength(2);
    const once = await serve(half);
    await expect(once.client.ask('POST', '/admin/x', {}, { once: true })).rejects.toThrow('does not answer');
  });

  it('tells what is no Afterword', async () => {
    const { client, heard } = await serve(
      (_request, response) => void response.writeHead(404, { 'Content-Type': 'text/html' }).end('x'),
    );
    await expect(client.ask('GET', '/admin/x')).rejects.toThrow('does not answer like an Afterword: 404');
    expect(heard).toHaveLength(1);
  });
});
