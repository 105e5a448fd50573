// Tests whose bodies run in a page, as tests of this process.
import type { TestApi } from '@ostinato/core/testing';
import type { Page } from 'playwright-core';

/** An api to register a suite with that the page registers as well, with `pageTests`: each test here runs the one of its
 *  name there, so names are known before any browser runs.
 *  @param api vitest's functions
 *  @param page gives the page once tests run
 *  @param only registers the tests whose names match; default: all */
export function inPage(api: TestApi, page: () => Page, only = /./): TestApi {
  return {
    ...api,
    it: (name) =>
      only.test(name) &&
      api.it(name, () =>
        page().evaluate((name) => {
          const { ostinatoTests } = globalThis as {
            ostinatoTests?: Map<string, () => Promise<void>>;
          };
          const body = ostinatoTests?.get(name);
          if (!body) throw new Error(`the page has no test "${name}"`);
          return body();
        }, name),
      ),
  };
}
