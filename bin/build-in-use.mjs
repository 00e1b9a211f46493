// A build is a folder dist-<hash> that `dist` points to. A process keeps to the one it began with,
// and says that it uses it.
import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export const USERS = '.users';
/**
 * Of a build: what V8 made of its modules and those of the packages, so that the next start need
 * not compile them again.
 */
export const COMPILED = '.compiled';

/**
 * The environment in which Node.js keeps it there, also for threads and children; whoever chose a
 * place of their own keeps it.
 * @param {string} folder of the build, as holdBuild gives it
 */
export const compileCacheIn = (folder) => ({
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(folder, COMPILED),
  // By paths below the folder: a build that begins from a copy of another takes its cache along.
  NODE_COMPILE_CACHE_PORTABLE: '1',
});

/**
 * The folder that `dist` points to now, held until this process exits: a later build removes no
 * folder that is held.
 * @param {string} dist the link, or a plain folder, as in the image, which nobody replaces
 * @returns {string} the folder's real path, which children and workers are started from
 */
export function holdBuild(dist) {
  const folder = realpathSync(dist);
  if (!basename(folder).startsWith('dist-')) return folder;
  const mark = join(folder, USERS, String(process.pid));
  try {
    mkdirSync(join(folder, USERS), { recursive: true });
    writeFileSync(mark, '');
  } catch {
    // Installed read-only: then nothing builds here either.
    return folder;
  }
  process.once('exit', () => rmSync(mark, { force: true }));
  return folder;
}
