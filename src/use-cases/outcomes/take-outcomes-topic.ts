import type { ReportedOutcome } from '../../payment/reported-outcome.js';
import type { Inbound, InboundTopic } from '../../adapters/event-bus/port.js';
import type { Actor } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { uuidOf } from '../../kernel/ids.js';
import { Outcome, reported } from '../../payment/outcome.js';
import { parseJson } from '../../http/parse-json.js';
import { validated } from '../../http/validate.js';
import type { Deps } from '../../write-side/context.js';
import { isOutage } from '../../write-side/outage.js';
import { takeInBatch, type OutcomeResult } from './take-in-outcomes.js';
import { MACHINES } from '../../kernel/subject.js';

/**
 * Whoever may write to the topic speaks as the payment system; the broker's ACLs say who that is.
 */
export const OUTCOMES_WRITER: Actor = {
  id: MACHINES.outcomesTopic,
  role: 'payment-system',
  via: { channel: 'kafka', authentication: 'system' },
};

/**
 * Of this process: messages that were applied, changed nothing, became breaks, and were set aside
 * as dead letters.
 */
export interface TopicFigures {
  applied: number;
  unchanged: number;
  breaks: number;
  deadLettered: number;
}

/**
 * Takes outcomes from the topic in as `POST /payments/outcomes` does: the same fields, the same
 * commands. The same message again changes nothing. One that cannot be read, or that the payment
 * refuses, is set aside, since nobody waits for an answer.
 */
export class OutcomesFromTopic {
  #figures: TopicFigures = { applied: 0, unchanged: 0, breaks: 0, deadLettered: 0 };

  /** @param onWell told when messages can come, and after each batch */
  constructor(
    private readonly deps: Deps,
    private readonly topic: InboundTopic,
    private readonly onWell: () => void = () => undefined,
  ) {}

  get figures(): Readonly<TopicFigures> {
    return this.#figures;
  }

  /**
   * Works until the signal aborts. Whoever runs it starts it again after a failure: what was not
   * taken comes again.
   * @throws when the broker or the store is lost
   */
  run(signal: AbortSignal): Promise<void> {
    return this.topic.run((messages) => this.take(messages), signal, this.onWell);
  }

  /**
   * Resolves when the outcomes are durable, with a reason for each message that could not be taken.
   */
  async take(messages: readonly Inbound[]): Promise<readonly (string | undefined)[]> {
    const reasons = new Array<string | undefined>(messages.length).fill(undefined);
    const outcomes: ReportedOutcome[] = [];
    const places: number[] = [];
    messages.forEach((message, index) => {
      try {
        outcomes.push(outcomeOf(message));
        places.push(index);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        reasons[index] = `${error.code}: ${error.detail}`;
      }
    });
    let results: readonly OutcomeResult[] = [];
    if (outcomes.length > 0) {
      results = await this.#report(outcomes);
    }
    const figures = { ...this.#figures };
    results.forEach((answer, i) => {
      if (answer.result === 'refused') reasons[places[i]!] = `${answer.code}: ${answer.detail}`;
      else if (answer.result !== 'proposed')
        figures[answer.result === 'break' ? 'breaks' : answer.result] += 1;
    });
    figures.deadLettered += reasons.filter((reason) => reason !== undefined).length;
    this.#figures = figures;
    this.onWell();
    return reasons;
  }

  /**
   * Together; where one meets a defect, one by one: it alone is set aside, and nothing behind it
   * waits. @throws what is an outage
   */
  async #report(outcomes: readonly ReportedOutcome[]): Promise<readonly OutcomeResult[]> {
    try {
      return await takeInBatch(this.deps, 'topic', outcomes, {
        actor: OUTCOMES_WRITER,
        correlationId: uuidOf(
          'outcomes-topic',
          ...outcomes.map(({ paymentId }) => paymentId ?? ''),
        ),
      });
    } catch (error) {
      if (error instanceof DomainError || isOutage(error)) throw error;
      if (outcomes.length === 1) return [{ ...DEFECT, paymentId: outcomes[0]!.paymentId }];
    }
    const results: OutcomeResult[] = [];
    for (const outcome of outcomes) results.push(...(await this.#report([outcome])));
    return results;
  }
}

const DEFECT = {
  result: 'refused',
  code: 'INTERNAL_ERROR',
  detail: 'It met a defect of this version; ask for it to be mended, and send it again.',
} as const;

/** @throws DomainError that says what does not fit; never with the data in it */
function outcomeOf({ key, value }: Inbound): ReportedOutcome {
  const outcome = reported(validated(Outcome, parseJson(Buffer.from(value))), 'value');
  if (outcome.paymentId !== key)
    throw new DomainError(
      'KEY_DIFFERS',
      'The key must be the paymentId of the value: outcomes of one payment keep their order by it.',
      'invalid',
      'key',
    );
  return outcome;
}
