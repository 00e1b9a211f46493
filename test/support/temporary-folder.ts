import { afterAll } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/**
 * A new folder, for a file of tests or for one of them. It goes after the last test of the file:
 * after what `afterEach` and the `afterAll` of a block close, and before what the `afterAll` of the
 * file itself closes, so that what is open until then has a folder of another kind.
 */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `sanad-${name}-`));
  made.push(folder);
  return folder;
}
