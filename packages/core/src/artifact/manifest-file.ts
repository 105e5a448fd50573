// Apart from the manifest's schema, because whoever only fetches the file needs nothing of what reads it.

/** The file that every artifact begins with. */
export const MANIFEST_FILE = 'manifest.json';
