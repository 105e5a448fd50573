// Who made a file: written into graphs and manifests.

export const PRODUCER_NAME = 'ostinato';

/** Version of @ostinato/export. */
export const PRODUCER_VERSION = '0.1.0';
