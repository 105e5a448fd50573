/** The value of a label that is not known. Reserved: no label may be called so. */
export const UNKNOWN_LABEL = 'unknown';
