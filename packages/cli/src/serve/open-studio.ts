// The studio of a server, with the models that pages can run.
import { type ModelRuntime, OstinatoError } from '@ostinato/core';
import { readModelFiles, type SourceOptions } from '@ostinato/node';
import type { Site } from '@ostinato/server';
import { openSite, type PageModel } from '@ostinato/server/node';
import type { Progress } from '../terminal/progress.js';
import type { ModelChoice } from './served-models.js';
import { studioFolder } from './studio-folder.js';

interface StudioOptions extends SourceOptions {
  readonly progress: Progress;
}

/** @returns undefined, with a note, where there is none: not built, or no model that a page can run */
export async function openStudio(
  choices: readonly ModelChoice[],
  { progress, ...source }: StudioOptions,
): Promise<Site | undefined> {
  const folder = studioFolder();
  if (folder === undefined) {
    progress.note('without the studio, which is not built: `npm start` builds it');
    return undefined;
  }
  const models: Record<string, PageModel> = {};
  for (const { name, source: from } of choices) {
    try {
      const model = await readModelFiles(
        from,
        ({ graphs }) => graphs.filter(({ runtimes }) => runtimes.some(isOfPages)),
        source,
      );
      if (model.manifest.graphs.some(({ runtimes }) => runtimes.some(isOfPages)))
        models[name] = model;
      else progress.note(`${name}: not in the studio, it has no graph for pages`);
    } catch (error) {
      if (!(error instanceof OstinatoError)) throw error;
      progress.note(`${name}: not in the studio (${error.message})`);
    }
  }
  return Object.keys(models).length === 0 ? undefined : openSite({ folder, models });
}

function isOfPages(runtime: ModelRuntime): boolean {
  return runtime.startsWith('web-');
}
