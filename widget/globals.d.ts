/** What the build puts into the bundles (cli/build.ts). */

/** Paths of the files that are loaded later, by name ('compose', 'de' …), relative to embed.js. */
declare const __LAZY__: Record<string, string>;
declare const __VERSION__: string;
declare module '*.css' {
  const minified: string;
  export default minified;
}
