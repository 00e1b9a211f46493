import { Controller, Inject, Res, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { EVENT_STORE, type EventStore } from '../../adapters/event-store/port.js';
import { schemas } from '../../../events/generated.js';
import { BASE_URI } from '../../kernel/base-uri.js';
import { DomainError } from '../../kernel/errors.js';
import { Query } from '../call.js';
import { RequestDrain } from '../request-drain.js';
import { QueryEndpoint } from '../endpoint.js';
import { Pattern } from '../fields.js';
import { QueryParam } from '../params.js';
import { readFeed, type FeedRequest } from './read-feed.js';
import { AGGREGATES, topicOf, type Aggregate } from '../../messaging/topics.js';
import type { Ndjson } from '../exports.js';

const DEFAULT_LIMIT = 500;
const LONGEST_WAIT_MS = 25_000;
/**
 * Answers that are made or waited for at once; each may hold 4 MiB, and a subscription to the
 * store.
 */
const MOST_AT_ONCE = 64;
/** Of one caller, so that one with many connections leaves room for the others. */
const MOST_OF_ONE = 16;
/**
 * What a payment system may read: what it is to pay, and what became of it. Everything else
 * concerns applicants.
 */
const OF_PAYMENT_SYSTEMS: ReadonlySet<Aggregate> = new Set(['payment', 'cycle'] as const);
const TYPES: ReadonlySet<string> = new Set(schemas.map(({ type }) => type));

export class ReadFeed extends Query {
  @Pattern(/^(-1|[0-9]{1,15})$/, 'a log position', {
    optional: true,
    description:
      'Events after it: the Sanad-Position of the answer before, or the position of an event that you have. Default -1: from the start.',
  })
  after?: string;
  @Pattern(/^([1-9][0-9]{0,2}|1000)$/, 'a whole number from 1 to 1000', {
    optional: true,
    description: `Lines at most; default ${DEFAULT_LIMIT}. An answer also ends at 4 MiB.`,
  })
  limit?: string;
  @Pattern(/^(1?[0-9]{1,4}|2[0-4][0-9]{3}|25000)$/, `milliseconds, at most ${LONGEST_WAIT_MS}`, {
    optional: true,
    description: `How long to wait where nothing is there yet: milliseconds, at most ${LONGEST_WAIT_MS}; default 0.`,
  })
  wait?: string;
  @Pattern(/^[A-Za-z]{1,60}(,[A-Za-z]{1,60}){0,99}$/, 'a list of event types', {
    optional: true,
    description: 'Only these types of events, for example PaymentInstructed,PaymentReinstructed.',
  })
  types?: string;
  @Pattern(/^[a-z0-9.]{1,60}(,[a-z0-9.]{1,60}){0,19}$/, 'a list of topics', {
    optional: true,
    description:
      'Only these topics, for example sanad.payment.v1; each whole stream is on one. A payment system gets sanad.payment.v1 and sanad.cycle.v1.',
  })
  topics?: string;
}

/**
 * A CloudEvent in JSON (structured mode). Numbers are strings: CloudEvents' integers have 32 bits,
 * and positions more.
 */
export interface FeedLine {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  /** The stream. */
  readonly subject: string;
  /** Address of the data's schema. */
  readonly dataschema: string;
  readonly datacontenttype: string;
  readonly revision: string;
  readonly position: string;
  /** Position of the event before it in the log, -1 for the first. */
  readonly previousposition: string;
  /** Position of the line before it in this answer, or what was asked `after`. */
  readonly previousinfeed: string;
  readonly actor: string;
  readonly role: string;
  readonly command: string;
  readonly correlation: string;
  readonly causation?: string;
  /** Through which door it came, and what vouches for who; absent in old events. */
  readonly channel?: string;
  readonly authentication?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

@ApiTags('feed')
@Controller('feed')
export class FeedHttp {
  #atOnce = 0;
  /** Answers under way by caller; only of those who have any. */
  readonly #ofEach = new Map<string, number>();

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(RequestDrain) private readonly requestDrain: RequestDrain,
    @Inject(BASE_URI) private readonly baseUri: string,
  ) {}

  /**
   * Sent whole, with its position in Sanad-Position, so that an answer that broke off is told by
   * its length. A client that goes away, or a server that stops, ends the reading.
   */
  @QueryEndpoint('', {
    roles: ['payment-system', 'auditor'],
    programmeWide: true,
    sends: ['application/x-ndjson'],
    errors: {
      400: ['POSITION_UNKNOWN'],
      403: ['TOPIC_NOT_ALLOWED'],
      429: ['FEED_SHARE_TAKEN'],
      503: ['OVERLOADED'],
    },
    summary:
      'The log as CloudEvents in JSON, one a line, in commit order; Sanad-Position is what to ask after next. With wait: a long poll',
  })
  async read(
    @QueryParam() query: ReadFeed,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Ndjson<FeedLine>> {
    const request = requestOf(query);
    const caller = query.call.actor.id;
    this.#enter(caller);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    try {
      await this.#refuseUnknown(request.after);
      const { lines, position } = await readFeed(
        this.store,
        request,
        AbortSignal.any([gone.signal, this.requestDrain.left]),
        this.baseUri,
      );
      void reply.header('sanad-position', position);
      return new StreamableFile(Buffer.from(lines.map((line) => `${line}\n`).join('')), {
        type: 'application/x-ndjson; charset=utf-8',
      });
    } finally {
      this.#leave(caller);
    }
  }

  /** @throws DomainError FEED_SHARE_TAKEN, OVERLOADED */
  #enter(caller: string): void {
    const own = this.#ofEach.get(caller) ?? 0;
    if (own >= MOST_OF_ONE)
      throw new DomainError(
        'FEED_SHARE_TAKEN',
        `${MOST_OF_ONE} readers of yours wait for the feed already; one is enough to miss nothing.`,
        'too-many',
      );
    if (this.#atOnce >= MOST_AT_ONCE)
      throw new DomainError(
        'OVERLOADED',
        `${MOST_AT_ONCE} readers wait for the feed already; ask again in a moment.`,
        'unavailable',
      );
    this.#atOnce += 1;
    this.#ofEach.set(caller, own + 1);
  }

  #leave(caller: string): void {
    this.#atOnce -= 1;
    const left = (this.#ofEach.get(caller) ?? 1) - 1;
    if (left === 0) this.#ofEach.delete(caller);
    else this.#ofEach.set(caller, left);
  }

  /** @throws DomainError POSITION_UNKNOWN */
  async #refuseUnknown(after: number): Promise<void> {
    if (after > (await this.store.lastPosition()))
      throw new DomainError(
        'POSITION_UNKNOWN',
        'The log ends before this position: it is not of this log, or the log is not what it was.',
        'invalid',
        'after',
      );
  }
}

function requestOf({ after, limit, wait, types, topics, call }: ReadFeed): FeedRequest {
  const aggregates = aggregatesOf(topics, call.actor.role === 'payment-system');
  const unknown = types?.split(',').findIndex((type) => !TYPES.has(type)) ?? -1;
  if (unknown >= 0)
    throw new DomainError(
      'INVALID_FIELD',
      `No event has the type that is number ${unknown + 1} in types.`,
      'invalid',
      'types',
    );
  return {
    after: Number(after ?? -1),
    limit: Number(limit ?? DEFAULT_LIMIT),
    waitMs: Number(wait ?? 0),
    ...(aggregates ? { aggregates } : {}),
    ...(types === undefined ? {} : { types: new Set(types.split(',')) }),
  };
}

/** @throws DomainError INVALID_FIELD, TOPIC_NOT_ALLOWED */
function aggregatesOf(
  topics: string | undefined,
  limited: boolean,
): ReadonlySet<Aggregate> | undefined {
  if (topics === undefined) return limited ? OF_PAYMENT_SYSTEMS : undefined;
  return new Set(
    topics.split(',').map((topic, index) => {
      const aggregate = AGGREGATES.find((name) => topicOf(name) === topic);
      if (!aggregate)
        throw new DomainError(
          'INVALID_FIELD',
          `Number ${index + 1} in topics is not a topic of events; they are ${AGGREGATES.map(topicOf).join(', ')}.`,
          'invalid',
          'topics',
        );
      if (limited && !OF_PAYMENT_SYSTEMS.has(aggregate))
        throw new DomainError(
          'TOPIC_NOT_ALLOWED',
          `A payment system may read ${[...OF_PAYMENT_SYSTEMS].map(topicOf).join(' and ')}.`,
          'forbidden',
          'topics',
        );
      return aggregate;
    }),
  );
}
