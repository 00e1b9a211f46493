import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';

test.each(['generate-events', 'generate-asyncapi'])('what %s makes is fresh', (script) => {
  const { status, stderr } = spawnSync(process.execPath, [`scripts/${script}.mjs`, '--check'], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
});
