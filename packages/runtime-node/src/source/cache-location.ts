// Where downloaded models are kept.
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

export interface Surroundings {
  readonly environment?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
}

/** `OSTINATO_CACHE`, or the platform's folder for what can be had again.
 *  @returns undefined for a user without a home folder */
export function defaultCacheFolder({
  environment = process.env,
  platform = process.platform,
}: Surroundings = {}): string | undefined {
  if (environment.OSTINATO_CACHE) return resolve(environment.OSTINATO_CACHE, 'models');
  const base = platformCacheFolder(environment, platform);
  return base && join(base, 'ostinato', 'models');
}

function platformCacheFolder(
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): string | undefined {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = environment;
  if (platform === 'win32' && local) return local;
  // The XDG specification has relative paths ignored.
  if (platform !== 'win32' && platform !== 'darwin' && xdg && isAbsolute(xdg)) return xdg;
  const home = homeFolder();
  if (home === undefined) return undefined;
  if (platform === 'win32') return join(home, 'AppData', 'Local');
  return platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache');
}

function homeFolder(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined; // a container's user without an entry and without HOME
  }
}
