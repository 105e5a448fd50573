// Puts the models of this repository into the package before it is packed, so that whoever installs it has them by name.
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const from = fileURLToPath(new URL('../../../models/', import.meta.url));
const to = fileURLToPath(new URL('../models/', import.meta.url));

rmSync(to, { recursive: true, force: true });
for (const entry of readdirSync(from, { withFileTypes: true })) {
  if (entry.isDirectory())
    cpSync(`${from}${entry.name}`, `${to}${entry.name}`, { recursive: true });
}
