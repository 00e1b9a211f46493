// Tells git to use .githooks. Outside of a checkout there is nothing to do; an install never fails
// because of it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (existsSync('.git')) spawnSync('git', ['config', 'core.hooksPath', '.githooks']);
