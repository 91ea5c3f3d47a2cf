/** What the build puts into the bundles (cli/build.ts). */

/** Stands in the name of every file that is loaded later: `lazy/compose-….js`. */
declare const __STAMP__: string;
/** The languages that have a file of their own: 'ar de …'. */
declare const __LOCALES__: string;
declare const __VERSION__: string;
declare module '*.css' {
  const minified: string;
  export default minified;
}
