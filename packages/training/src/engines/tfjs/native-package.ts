// Finds and loads @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node. They are optional: nothing else needs them.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { restoreRemovedUtilities } from './node-shims.js';
import type { Tf } from './tf.js';

/** In this order: the one for GPUs works without one too, and whoever installed it has a reason. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

export type NativePackage =
  | { readonly tf: Tf; readonly name: string }
  | {
      readonly tf?: undefined;
      /** Why none could be loaded: half a sentence. */
      readonly reason: string;
      readonly cause?: unknown;
    };

let loading: Promise<NativePackage> | undefined;

/** Loads the first of the two packages that works, seen from here or from the folder in which the program was started.
 *  Tried once for a process. */
export function loadNativePackage(): Promise<NativePackage> {
  loading ??= tryPackages([
    import.meta.url,
    pathToFileURL(join(process.cwd(), 'package.json')).href,
  ]);
  return loading;
}

/** @param places files from whose folders the packages are looked for, as URLs */
export async function tryPackages(places: readonly string[]): Promise<NativePackage> {
  // Otherwise TensorFlow writes a line about the processor at every start.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1';
  restoreRemovedUtilities();
  let failure: NativePackage = { reason: 'it is not installed' };
  for (const name of PACKAGES) {
    const path = resolvePackage(name, places);
    if (path === undefined) continue;
    try {
      const { default: tf } = (await import(pathToFileURL(path).href)) as { default: Tf };
      return { tf, name };
    } catch (cause) {
      const [line = ''] = (cause as Error).message.split('\n');
      failure = { reason: `${name} is installed but does not load (${line.trim()})`, cause };
    }
  }
  return failure;
}

function resolvePackage(name: string, places: readonly string[]): string | undefined {
  for (const place of places) {
    try {
      return createRequire(place).resolve(name);
    } catch {
      // Not seen from there.
    }
  }
  return undefined;
}
