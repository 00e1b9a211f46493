// What a specification takes from '@jest/globals' when mutants are tested: it only writes down the
// tests, so that they can be run again and again in one process. Specifications that need more of
// jest than this are left out.
import { createRequire } from 'node:module';
import { format } from 'node:util';

const ofJest = createRequire(createRequire(import.meta.url).resolve('@jest/globals'));
export const { expect } = ofJest('expect');

const HOOKS = ['beforeAll', 'afterAll', 'beforeEach', 'afterEach'];
const suite = (name, parent) => ({
  name,
  parent,
  tests: [],
  suites: [],
  ...Object.fromEntries(HOOKS.map((hook) => [hook, []])),
});
let current;

/** Loads a specification and @returns its tests as a tree. */
export async function collect(name, load) {
  const root = suite(name);
  current = root;
  await load();
  return root;
}

const each = (declare) => (rows) => (name, body) => {
  if (!Array.isArray(rows)) throw new Error('A table as a template is not known here.');
  for (const row of rows) {
    const given = Array.isArray(row) ? row : [row];
    declare(format(name, ...given), () => body(...given));
  }
};

export const test = (name, run) => current.tests.push({ name, run, suite: current });
test.each = each(test);
export const it = (name, run) => test(name, run);
it.each = test.each;

export const describe = (name, body) => {
  const outer = current;
  current = suite(String(name), outer);
  outer.suites.push(current);
  body();
  current = outer;
};
describe.each = each(describe);

const hook = (kind) => (run) => current[kind].push(run);
export const beforeAll = hook('beforeAll');
export const afterAll = hook('afterAll');
export const beforeEach = hook('beforeEach');
export const afterEach = hook('afterEach');
export const jest = undefined;
