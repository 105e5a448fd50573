import { fileURLToPath } from 'node:url';

export default {
  output: 'export', // as files for any static host; leave it out for `next start`
  turbopack: { root: fileURLToPath(new URL('../../..', import.meta.url)) }, // only in this clone: packages are linked from there
};
