// Installs Deno, Bun and wrangler from npm. Run `npm run setup` before.
//   node examples/servers/install.mjs
import { fileURLToPath } from 'node:url';
import { installWorkspace } from '../install-workspace.mjs';

installWorkspace(fileURLToPath(new URL('.', import.meta.url)));
