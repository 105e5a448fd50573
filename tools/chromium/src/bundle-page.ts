// A page's script, bundled from the sources of the workspace, so that a test needs no build.
import { build } from 'esbuild';

/** Bundles a TypeScript entry with everything it imports.
 *  @returns the text of one module */
export async function bundlePage(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    conditions: ['@ostinato/source'],
    sourcemap: 'inline',
    logLevel: 'silent',
  });
  return outputFiles[0].text;
}
