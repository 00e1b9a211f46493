import { Session } from 'node:inspector/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[];
  }[];
}
type Post = (method: string, params?: object) => Promise<unknown>;

const filesIn = ({ result }: Coverage): readonly string[] =>
  result
    .filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0))
    .map(({ url }) => url)
    .filter((url) => url.startsWith('file:'))
    .map((url) => relative(ROOT, fileURLToPath(url)).replace(/\.js$/, '.ts'))
    .filter((path) => /^(src|projections|events)\//.test(path));

/**
 * Which files of ours are passed: those of which a function runs, in this thread and in the workers
 * that it has when the count begins.
 */
export class PassedFiles {
  readonly #session = new Session();
  readonly #waiting = new Map<string, (result: unknown) => void>();
  readonly #threads: Post[] = [(method, params) => this.#session.post(method, params)];
  #asked = 0;

  private constructor() {
    this.#session.connect();
  }

  static async counted(): Promise<PassedFiles> {
    const counting = new PassedFiles();
    const session = counting.#session;
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId } }) => {
      counting.#threads.push((method, params) => counting.#inWorker(sessionId, method, params));
    });
    session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId, message } }) => {
      const { id, result } = JSON.parse(message);
      counting.#waiting.get(`${sessionId} ${id}`)?.(result);
    });
    await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    for (const post of counting.#threads) {
      await post('Profiler.enable');
      await post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    }
    return counting;
  }

  async #inWorker(sessionId: string, method: string, params: object = {}): Promise<unknown> {
    this.#asked += 1;
    const id = this.#asked;
    const answer = new Promise((resolve) => this.#waiting.set(`${sessionId} ${id}`, resolve));
    const message = JSON.stringify({ id, method, params });
    await this.#session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
    return answer;
  }

  /** What was passed since the last time. */
  async taken(): Promise<readonly string[]> {
    const files = new Set<string>();
    for (const post of this.#threads)
      for (const file of filesIn((await post('Profiler.takePreciseCoverage')) as Coverage))
        files.add(file);
    return [...files].sort();
  }

  end(): void {
    this.#session.disconnect();
  }
}
