/** A blog on this machine, on another origin than the API: whatever is asked, it answers with a page that has a thread. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Blog {
  /** `http://localhost:40123` */
  origin: string;
  /** Its pages have a thread only from now on. @param script address of embed.js @param api base of the API */
  embed(script: string, api: string): void;
  close(): Promise<void>;
}

export async function startBlog(): Promise<Blog> {
  let thread = '';
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(`<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>A pot of tea</title>
<style>body { font: 1rem/1.6 system-ui, sans-serif; max-width: 40em; margin: 2em auto; padding: 0 1em }
:root { color-scheme: light dark }</style>
<h1>A pot of tea</h1>
${'<p>Warm the pot, and take the pot to the kettle.</p>\n'.repeat(30)}
${thread}`);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    embed: (script, api) => {
      thread = `<script src="${script}" async></script><afterword-thread api="${api}"></afterword-thread>`;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
