// Where tests run, for jest: a spec that leaves something open after its last test and hook fails,
// by its name. It is what jest would have to end its worker by force for. SANAD_TRACE_OPEN=1 also
// says where it was opened.
//
// They run in a context whose global object is an ordinary one. jest's own is a proxy behind an
// interceptor (its clean-up of what tests leave on it), which every `Map`, `Buffer` and `undefined`
// that is not a local one goes through: a test that computes took three times as long.
import { createHook } from 'node:async_hooks';
import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/** How long what was told to close may take: connections say goodbye, processes are reaped. */
const SETTLE_MS = 5_000;
const LOOK_EVERY_MS = 10;

export default class LeavesNothingOpen extends TestEnvironment {
  #settleMs;
  #before = new Map();
  #workers = new Set();
  #origins;
  #seesWorker = (worker) => {
    this.#workers.add(worker);
    worker.once('exit', () => this.#workers.delete(worker));
  };

  constructor(config, context) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
    this.#settleMs = config.projectConfig.testEnvironmentOptions.settleMs ?? SETTLE_MS;
  }

  async setup() {
    await super.setup();
    process.on('worker', this.#seesWorker);
    // Opened when they are first looked at, and jest's own.
    void [process.stdin, process.stdout, process.stderr];
    this.#before = this.#open();
    if (process.env.SANAD_TRACE_OPEN) this.#origins = traceOrigins();
  }

  async handleTestEvent({ name }, state) {
    if (name !== 'run_finish') return;
    const left = await this.#leftOpen();
    if (left.length === 0) return;
    const origins = this.#origins?.() ?? 'SANAD_TRACE_OPEN=1 says where from.';
    state.unhandledErrors.push(new Error(`This spec leaves open: ${left.join(', ')}. ${origins}`));
  }

  async teardown() {
    process.off('worker', this.#seesWorker);
    await super.teardown();
  }

  /** How many there are of each kind of what keeps a process alive. */
  #open() {
    const counts = new Map(this.#workers.size > 0 ? [['Worker', this.#workers.size]] : []);
    for (const type of process.getActiveResourcesInfo())
      counts.set(type, (counts.get(type) ?? 0) + 1);
    return counts;
  }

  async #leftOpen() {
    for (const end = performance.now() + this.#settleMs; ;) {
      // First, because what was only begun in the last test is not open yet.
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      const left = [...this.#open()].filter(
        ([type, count]) => count > (this.#before.get(type) ?? 0),
      );
      if (left.length === 0 || performance.now() > end) return left.map(([type]) => type);
    }
  }
}

/** @returns stacks of what was opened from now on and is open still */
function traceOrigins() {
  const origins = new Map();
  const hook = createHook({
    init(id, type) {
      if (!/^(TCP|UDP|PIPE|PROCESS|WORKER|HTTP2|FSEVENT|Timeout)/.test(type)) return;
      origins.set(id, `${type}\n${new Error().stack.split('\n').slice(3).join('\n')}`);
    },
    destroy: (id) => origins.delete(id),
  });
  hook.enable();
  return () => {
    hook.disable();
    return `Opened by:\n${[...origins.values()].join('\n')}`;
  };
}
