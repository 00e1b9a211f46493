interface Waiting<Request, Answer> {
  readonly request: Request;
  done(answer: Answer): void;
  failed(error: unknown): void;
}

export interface BatcherOptions<Request> {
  /** Groups under way at once. As long as there are fewer, a request goes at once and alone. */
  readonly atOnce: number;
  /** How much a request weighs, and what a group may weigh; one heavier than that goes alone. */
  readonly weight: (request: Request) => number;
  readonly most: number;
  /**
   * A failure that one request alone may have caused: each of the group is then tried by itself.
   */
  readonly ofOne: (error: unknown) => boolean;
}

/**
 * Requests that come while others are under way share the next piece of work, as commits of a log
 * share a sync.
 */
export class Batcher<Request, Answer> {
  #waiting: Waiting<Request, Answer>[] = [];
  readonly #groups = new Set<Promise<void>>();

  constructor(
    private readonly work: (requests: readonly Request[]) => Promise<readonly Answer[]>,
    private readonly options: BatcherOptions<Request>,
  ) {}

  ask(request: Request): Promise<Answer> {
    return new Promise((done, failed) => {
      this.#waiting.push({ request, done, failed });
      this.#start();
    });
  }

  /** Resolves when nothing waits and nothing is under way. */
  async settled(): Promise<void> {
    while (this.#groups.size > 0) await Promise.allSettled(this.#groups);
  }

  #start(): void {
    while (this.#groups.size < this.options.atOnce && this.#waiting.length > 0) {
      const group = this.#run(this.#take()).finally(() => {
        this.#groups.delete(group);
        this.#start();
      });
      this.#groups.add(group);
    }
  }

  #take(): Waiting<Request, Answer>[] {
    const { weight, most } = this.options;
    let count = 0;
    let sum = 0;
    for (const { request } of this.#waiting) {
      sum += weight(request);
      if (count > 0 && sum > most) break;
      count += 1;
    }
    const taken = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return taken;
  }

  async #run(group: readonly Waiting<Request, Answer>[]): Promise<void> {
    try {
      const answers = await this.work(group.map(({ request }) => request));
      group.forEach(({ done }, i) => done(answers[i]!));
    } catch (error) {
      if (group.length > 1 && this.options.ofOne(error)) {
        for (const one of group) await this.#run([one]);
        return;
      }
      for (const { failed } of group) failed(error);
    }
  }
}
