/** The worker's own code for a benchmark in Node: bundled, as it is deployed. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../../cli/root.ts';

/** @param modules below worker/, without extension; all that they export comes as one @typeParam T what of it is used */
export async function loadCode<T>(modules: string[]): Promise<T> {
  const { outputFiles } = await build({
    stdin: {
      contents: modules.map((name) => `export * from './worker/${name}';`).join('\n'),
      resolveDir: ROOT,
      sourcefile: join(ROOT, 'bench.ts'),
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  });
  const text = Buffer.from(outputFiles[0]!.contents).toString('base64');
  return (await import(`data:text/javascript;base64,${text}`)) as T;
}
