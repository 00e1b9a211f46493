import type { EventRegistry } from '../../events/registry.js';
import type { Clock } from '../adapters/clock/port.js';
import type { EventStore } from '../adapters/event-store/port.js';
import type { MessageArchive } from '../adapters/message-archive/port.js';
import type { ReadBankMessage } from '../adapters/payment-rail/iso20022/incoming/port.js';
import type { PaymentRail } from '../adapters/payment-rail/port.js';
import type { Vault } from '../adapters/vault/port.js';
import type { Actor, Context } from '../kernel/decider.js';
import type { KeyedMutex } from '../kernel/concurrency/keyed-mutex.js';
import { MACHINES } from '../kernel/subject.js';

/** What automations and bulk jobs work with; the composition makes it. */
export interface Deps {
  readonly store: EventStore;
  readonly registry: EventRegistry;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly rail: PaymentRail;
  readonly locks: KeyedMutex;
}

/** What taking in a bank's files needs besides. */
export interface MessageDeps extends Deps {
  readonly archive: MessageArchive;
  readonly readMessage: ReadBankMessage;
  /** Whether a file that a person hands over waits for another one to release it. */
  readonly filesTakeTwo?: boolean;
}

/**
 * Who asks for a bulk job, and under which correlation. A whole Context fits. Command ids are not
 * taken from it: each item's is a function of what is done to which stream at which revision, so
 * that running a job again records nothing twice.
 */
export type JobContext = Pick<Context, 'actor' | 'correlationId'>;

/**
 * What names a command: an id that its caller answers for, or what is done (`verb`) to what
 * (`key`). Of the latter the id is made when it is decided, from the content and the revision of
 * the stream besides.
 */
export type CommandName =
  { readonly commandId: string } | { readonly verb: string; readonly key: string };

/** Who asks for one unit, when, and under which name. A whole Context fits. */
export type CommandContext = JobContext & Pick<Context, 'now' | 'causationId'> & CommandName;

/** `done` of `total` (where it is known) of `what`, for a progress line. */
export interface Progress {
  readonly what: string;
  readonly done: number;
  readonly total?: number;
}
export type OnProgress = (progress: Progress) => void;

/** The process managers act under this name. */
export const AUTOMATION: Actor = { id: MACHINES.automation, role: 'automation' };

/**
 * Streams a page: large enough to amortise a round trip, small enough to leave other writers their
 * turn.
 */
export const PAGE = 500;

/** Households or payments in one atomic group, as long as none of them meets a conflict. */
export const UNITS_PER_GROUP = 100;
