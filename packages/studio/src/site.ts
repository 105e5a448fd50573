// What this copy of the page offers: `site.json` beside it, written by the build or by a server.

export interface SiteModel {
  readonly name: string;
  /** Address of the model's folder, relative to the page, with a slash at its end. */
  readonly address: string;
}

export interface Site {
  readonly models: readonly SiteModel[];
  /** Address of an OpenAPI document, where a server is behind the page. */
  readonly api: string | null;
}

/** @throws {Error} if there is no such file; a TypeError if it is no site */
export async function readSite(): Promise<Site> {
  const response = await fetch('./site.json');
  if (!response.ok) throw new Error(`site.json: HTTP ${response.status}; build the studio again`);
  const { models, api = null } = (await response.json()) as Partial<Site>;
  if (!Array.isArray(models)) throw new TypeError('site.json: expected a list of models');
  return { models, api };
}
