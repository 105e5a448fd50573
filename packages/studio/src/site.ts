// What this copy of the page offers: `site.json` beside it, written by the build or by a server.

export interface SiteModel {
  readonly name: string;
  /** Address of the model's folder, relative to the page: a slash at the end of its path, and perhaps a query. */
  readonly address: string;
}

export interface Site {
  readonly models: readonly SiteModel[];
  /** Address of an OpenAPI document, where a server is behind the page. */
  readonly api: string | null;
}

/** @throws {Error} if there is no such file, or no model in it */
export async function readSite(): Promise<Site> {
  const response = await fetch('./site.json');
  if (!response.ok) {
    throw new Error(
      `This copy of the page is not whole: site.json is missing (HTTP ${response.status}).`,
    );
  }
  const { models, api = null } = (await response.json()) as Partial<Site>;
  if (!Array.isArray(models) || models.length === 0) {
    throw new Error('This copy of the page is not whole: site.json names no model.');
  }
  return { models, api };
}
