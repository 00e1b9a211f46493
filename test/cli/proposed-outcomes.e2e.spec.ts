import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { enrolled, PROGRAMME, released } from '../use-cases/month.js';
import { newWorld, type World } from '../use-cases/world.js';

let world: World;
let file: string;
beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, 4);
  await released(world.engine, '2025-12');
  const [payment] = await world.engine.store.readCategory(`payment-${PROGRAMME}-`, { limit: 1 });
  const paymentId = payment!.stream.slice('payment-'.length);
  await world.engine.close();
  file = join(world.dir, 'outcomes.csv');
  await writeFile(file, `paymentId;outcome;attempt;reason\n${paymentId};rejected;1;AC04\n`);
});
afterAll(() => rm(world.dir, { recursive: true, force: true }));

/** The `sanad` that people start, in a process of its own. */
const sanad = (...args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['bin/sanad.mjs', ...args, '--data', world.dir],
      (error, out, err) => (error ? reject(new Error(err)) : resolve(out.trim())),
    );
  });
async function report(subject: string): Promise<string> {
  const token = join(world.dir, `${subject}.token`);
  await writeFile(token, await sanad('token', '--subject', subject, '--role', 'finance-officer'));
  return sanad('payments', 'outcomes', file, '--token-file', token);
}

test('an outcome that one finance officer reports is told as proposed, until another does', async () => {
  expect(await report('farid')).toMatch(/ 0 applied.*; 1 proposed, .*another person/);
  expect(await report('hind')).toMatch(/ 1 applied/);
});
