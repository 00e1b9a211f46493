// Tries the mutants of some files: a worker a core has all of them and the tests loaded; a mutant
// that hangs costs its worker, one that counts when a module is loaded gets a process of its own.
import { fork } from 'node:child_process';
import { basename, join } from 'node:path';

/**
 * A test that takes more of the processor, or waits longer, is not asked; tests are asked, those
 * that are made for the file and then the shortest first, for so long together.
 */
const TEST_MS = 500;
const WAIT_MS = 5_000;
const TESTS_MS = 1_500;
const LOAD_MS = 300_000;
const DRY_RUN_MS = 900_000;
const limitMs = (ms) => 5_000 + 20 * ms;
const isTooLong = ({ ms, wallMs }) => ms > TEST_MS || wallMs > WAIT_MS;

/**
 * @param {{ root: string, dist: string, specs: string[],
 *   files: { path: string, base: number, count: number, code: string, specs: string[] }[],
 *   ids: number[], workers: number, isOver: () => boolean, log: (line: string) => void,
 *   done: (id: number, status: 'killed' | 'timeout' | 'survived' | 'uncovered', by?: string)
 *     => void }} trial
 */
export async function tryMutants(trial) {
  const first = await Worker.start(trial, trial.specs);
  for (const { spec, failure } of first.loaded.refused) trial.log(`left out ${spec}: ${failure}`);
  const { dry } = await first.ask({ dry: true }, DRY_RUN_MS);
  const plan = new Plan(first.loaded, dry, trial);
  const queue = trial.ids[Symbol.iterator]();
  const chains = Array.from({ length: trial.workers }, (_, index) =>
    new Chain(trial, plan, index === 0 ? first : undefined).run(queue),
  );
  await Promise.all(chains);
}

/** Which tests each mutant is tried by. */
class Plan {
  #byMutant = new Map();
  #atLoad;
  #tests;
  #usable;
  #files;
  /** Of each file the tests that found a mutant of it, the last one first. */
  #finders = new Map();

  constructor({ atLoad, tests }, dry, { files, log }) {
    this.#atLoad = new Set(atLoad);
    this.#tests = tests;
    this.#files = files;
    for (const found of dry) {
      const { index, ok, failure, ms } = found;
      if (!ok) log(`left out ${tests[index].join(': ')}: ${failure}`);
      else if (isTooLong(found)) log(`too long, ${Math.round(ms)} ms: ${tests[index].join(': ')}`);
    }
    this.#usable = dry
      .filter((found) => found.ok && !isTooLong(found))
      .map((found) => ({ ...found, spec: tests[found.index][0] }))
      .sort((a, b) => a.ms - b.ms);
    for (const found of this.#usable) {
      for (const id of found.hits) {
        if (!this.#byMutant.has(id)) this.#byMutant.set(id, []);
        this.#byMutant.get(id).push(found);
      }
    }
  }

  isAtLoad(id) {
    return this.#atLoad.has(id);
  }

  /**
   * @returns the tests that come by a mutant, and how long they take together; before the others
   *   those that found mutants of the same file, which mostly find its neighbours, too
   */
  of(id) {
    const file = this.#fileOf(id);
    const { tests, ms } = within(madeFor(file, this.#byMutant.get(id) ?? []));
    const finders = (this.#finders.get(file) ?? []).filter((index) => tests.includes(index));
    return { tests: [...new Set([...finders, ...tests])], ms };
  }

  foundBy(id, index) {
    const file = this.#fileOf(id);
    const others = (this.#finders.get(file) ?? []).filter((other) => other !== index);
    this.#finders.set(file, [index, ...others]);
  }

  /**
   * Of what counts when the module is loaded, which no test comes by.
   * @returns tests that come by anything of the same file, and then others of the specs that load
   * it
   */
  ofFile(id) {
    const file = this.#fileOf(id);
    const near = ({ hits }) => hits.some((hit) => hit >= file.base && hit < file.base + file.count);
    const loading = this.#usable.filter(({ spec }) => file.specs.includes(spec));
    const others = loading.filter((found) => !near(found));
    return within(madeFor(file, [...spread(loading.filter(near)), ...spread(others)]));
  }

  #fileOf(id) {
    return this.#files.find(({ base, count }) => id >= base && id < base + count);
  }

  name(index) {
    return this.#tests[index];
  }
}

/** First the tests of the specs that have the file's name, the others after them as they were. */
function madeFor({ path }, tests) {
  const [stem] = basename(path).split('.');
  const isMade = ({ spec }) => new RegExp(`^${stem}[.-]`).test(basename(spec));
  return [...tests.filter(isMade), ...tests.filter((found) => !isMade(found))];
}

/** The first of each spec, then the second of each, and so on. */
function spread(tests) {
  const bySpec = [...Map.groupBy(tests, ({ spec }) => spec).values()];
  const most = Math.max(0, ...bySpec.map(({ length }) => length));
  return Array.from({ length: most }, (_, turn) =>
    bySpec.flatMap((found) => found.slice(turn, turn + 1)),
  ).flat();
}

function within(tests) {
  const chosen = [];
  let sumMs = 0;
  for (const { index, ms } of tests) {
    if (sumMs + ms > TESTS_MS) break;
    sumMs += ms;
    chosen.push(index);
  }
  return { tests: chosen, ms: sumMs };
}

class Chain {
  constructor(trial, plan, worker) {
    this.trial = trial;
    this.plan = plan;
    this.worker = worker;
  }

  async run(queue) {
    for (const id of queue) {
      if (this.trial.isOver()) break;
      await this.#one(id);
    }
    this.worker?.end();
  }

  async #one(id) {
    const { tests, ms } = this.plan.of(id);
    const isAtLoad = this.plan.isAtLoad(id);
    if (tests.length === 0 && !isAtLoad) return this.trial.done(id, 'uncovered');
    const answer = tests.length > 0 ? await this.#warm(id, tests, ms) : undefined;
    if (answer && answer.status !== 'survived')
      return this.trial.done(id, answer.status, answer.by);
    // Survived in a process where what it changes was done before, or is kept: once more from the
    // start.
    if (!isAtLoad && answer.reached) return this.trial.done(id, 'survived');
    const { status, by } = await this.#afresh(id, isAtLoad ? this.plan.ofFile(id) : { tests, ms });
    return this.trial.done(id, status, by);
  }

  async #warm(id, tests, ms, isAgain = false) {
    this.worker ??= await Worker.start(this.trial, this.trial.specs);
    const answer = await this.worker.ask({ id, tests }, limitMs(ms));
    if (answer.hung || answer.died) {
      this.worker = undefined;
      return { status: answer.hung ? 'timeout' : 'killed' };
    }
    if (answer.killedBy === undefined) return { status: 'survived', reached: answer.reached };
    const by = this.plan.name(answer.killedBy).join(' › ');
    this.plan.foundBy(id, answer.killedBy);
    if (answer.isClean) return { status: 'killed', by };
    this.worker.end();
    this.worker = undefined;
    return isAgain ? { status: 'killed', by } : this.#warm(id, tests, ms, true);
  }

  /**
   * In a process of its own; the first specification alone, which finds most, before the others.
   */
  async #afresh(id, { tests, ms }) {
    if (tests.length === 0) return { status: 'uncovered' };
    const specOf = (index) => this.plan.name(index)[0];
    const isOfFirst = (index) => specOf(index) === specOf(tests[0]);
    const found = await this.#fresh(id, tests.filter(isOfFirst), ms);
    const others = tests.filter((index) => !isOfFirst(index));
    return found.status === 'survived' && others.length > 0 ? this.#fresh(id, others, ms) : found;
  }

  async #fresh(id, tests, ms) {
    const wanted = tests.map((index) => this.plan.name(index));
    const specs = [...new Set(wanted.map(([spec]) => spec))];
    const worker = await Worker.start(this.trial, specs, id);
    if (!worker.loaded) return { status: 'killed', by: 'does not load' };
    const { refused, tests: loaded } = worker.loaded;
    if (refused.length > 0) {
      worker.end();
      return { status: 'killed', by: refused[0].spec };
    }
    const names = new Set(wanted.map((name) => name.join('\0')));
    const here = loaded.flatMap((name, index) => (names.has(name.join('\0')) ? [index] : []));
    const answer = await worker.ask({ id, tests: here }, limitMs(ms));
    worker.end();
    if (answer.hung) return { status: 'timeout' };
    if (answer.died) return { status: 'killed', by: 'ends the process' };
    if (answer.killedBy === undefined) return { status: 'survived' };
    return { status: 'killed', by: loaded[answer.killedBy].join(' › ') };
  }
}

class Worker {
  #child;
  #answer;

  static async start({ root, dist, files }, specs, active) {
    const worker = new Worker();
    worker.#child = fork(
      join(import.meta.dirname, 'worker.mjs'),
      [JSON.stringify({ dist, files, specs, active })],
      {
        cwd: root,
        execArgv: ['--max-old-space-size=2000', '--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      },
    );
    worker.#child.on('message', (message) => worker.#answer?.(message));
    worker.#child.on('exit', () => worker.#answer?.({ died: true }));
    const { loaded } = await worker.#next(LOAD_MS);
    worker.loaded = loaded;
    if (!loaded && active === undefined) throw new Error('The specifications cannot be loaded.');
    return worker;
  }

  async ask(message, ms) {
    const answer = this.#next(ms);
    this.#child.send(message);
    const found = await answer;
    if (found.failed) throw new Error(found.failed);
    return found;
  }

  end() {
    this.#child.kill('SIGKILL');
  }

  #next(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#child.kill('SIGKILL');
        resolve({ hung: true });
      }, ms);
      this.#answer = (message) => {
        clearTimeout(timer);
        this.#answer = undefined;
        resolve(message);
      };
    });
  }
}
