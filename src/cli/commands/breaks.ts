import { Command, Option } from 'commander';
import type { EventData } from '../../../events/generated.js';
import { foldPayment } from '../../use-cases/folds.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import type { Recorded } from '../../kernel/decider.js';
import {
  cycleId as cycleIdOf,
  parseBreakId,
  parsePaymentId,
  parseProgrammeId,
  streams,
} from '../../kernel/ids.js';
import { daysBetween, parsePeriod } from '../../kernel/time.js';
import { paymentDecider, type PaymentCommand } from '../../payment/payment.decider.js';
import { RESOLUTIONS } from '../../payment/payment.commands.js';
import { execute } from '../../write-side/execute.js';
import { part } from '../../write-side/unit.js';
import { automated } from '../acting.js';
import {
  acting,
  action,
  actorOf,
  contextOf,
  reading,
  subjectOf,
  type CommonOptions,
  type Run,
} from '../command.js';
import { withEngine } from '../compose.js';
import { table } from '../output.js';

interface ListOptions extends CommonOptions {
  readonly programme: string;
  readonly period: string;
  readonly all?: boolean;
  readonly owner?: string;
}
interface OwnOptions extends CommonOptions {
  readonly break: string;
  readonly owner: string;
}
interface ResolveOptions extends CommonOptions {
  readonly break: string;
  readonly resolution: EventData['PaymentBreakResolved']['resolution'];
  readonly reason: string;
}

interface Found {
  readonly breakId: string;
  readonly paymentId: string;
  readonly kind: string;
  readonly reported: string;
  readonly days: number;
  readonly owner: string;
  /** What one person says, and takes another one's same word. */
  readonly proposed: string;
  readonly resolution: string;
}

/** Breaks of one payment from its events, in order. */
function breaksIn(events: readonly Recorded[], now: string): Found[] {
  const found = new Map<string, Found & { readonly since: string }>();
  const change = (breakId: string, more: Partial<Found>): void => {
    const one = found.get(breakId);
    if (one) found.set(breakId, { ...one, ...more });
  };
  for (const event of events) {
    if (event.type === 'PaymentBreakRecorded') {
      const { breakId, paymentId, kind, reported, reason } = event.data;
      found.set(breakId, {
        breakId,
        paymentId,
        kind,
        reported: reason === undefined ? reported : `${reported} ${reason}`,
        since: event.time,
        days: daysBetween(event.time, now),
        owner: '',
        proposed: '',
        resolution: '',
      });
    } else if (event.type === 'PaymentBreakOwnerSet')
      change(event.data.breakId, { owner: event.data.owner });
    else if (event.type === 'PaymentBreakResolutionProposed')
      change(event.data.breakId, {
        proposed: `${event.data.resolution} by ${event.meta.actor}`,
      });
    else if (event.type === 'PaymentBreakResolutionWithdrawn') {
      const { proposed = '' } = found.get(event.data.breakId) ?? {};
      if (proposed.endsWith(` by ${event.meta.actor}`))
        change(event.data.breakId, { proposed: '' });
    } else if (event.type === 'PaymentBreakResolved')
      change(event.data.breakId, {
        resolution: event.data.resolution,
        days: daysBetween(found.get(event.data.breakId)?.since ?? event.time, event.time),
      });
  }
  return [...found.values()].map(({ since, ...one }) => one);
}

async function decideOn(
  run: Run,
  options: CommonOptions,
  payment: string,
  command: Extract<PaymentCommand, { breakId: string }>,
): Promise<{ readonly events: number; readonly isOpen: boolean }> {
  const paymentId = parsePaymentId(payment, 'payment');
  return automated(options.data, run, async (engine, acted) => {
    const result = await execute(
      engine,
      [part(streams.payment(paymentId), paymentDecider, command)],
      contextOf(
        actorOf(options, 'finance-officer'),
        command.type,
        paymentId,
        JSON.stringify(command),
      ),
    );
    await acted();
    const { openBreaks } = foldPayment(await engine.store.readStream(streams.payment(paymentId)));
    return { ...result, isOpen: openBreaks.some(({ breakId }) => breakId === command.breakId) };
  });
}

const COLUMNS = ['break', 'payment', 'kind', 'reported', 'days', 'owner', 'proposed', 'resolution'];
const rowOf = (one: Found): readonly string[] => [
  one.breakId,
  one.paymentId,
  one.kind,
  one.reported,
  String(one.days),
  one.owner,
  one.proposed,
  one.resolution,
];

async function list({ out, signal }: Run, options: ListOptions): Promise<void> {
  const cycleId = cycleIdOf(
    parseProgrammeId(options.programme, 'programme'),
    parsePeriod(options.period, 'period'),
  );
  const asked = ({ resolution, owner }: Found): boolean =>
    (options.all === true || resolution === '') &&
    (options.owner === undefined || owner === options.owner);
  const items = await withEngine(options.data, async ({ store, clock }) => {
    const found: Found[] = [];
    for await (const page of pagesOf(store, `payment-${cycleId}-`, { signal }))
      for (const { events } of page) found.push(...breaksIn(events, clock.now()));
    return found.filter(asked);
  });
  out.result({ items }, () =>
    items.length === 0 ? 'none' : table([COLUMNS, ...items.map(rowOf)]),
  );
}

function addList(breaks: Command): void {
  reading(breaks.command('list'))
    .description('breaks of a cycle, with their age and who looks after them')
    .requiredOption('--programme <code>', 'programme')
    .requiredOption('--period <YYYY-MM>', 'period')
    .option('--all', 'resolved ones too')
    .option('--owner <subject>', 'that this person looks after')
    .action(action(list));
}

async function own(run: Run, options: OwnOptions, payment: string): Promise<void> {
  const result = await decideOn(run, options, payment, {
    type: 'SetBreakOwner',
    breakId: parseBreakId(options.break, 'break'),
    owner: subjectOf(options.owner),
  });
  run.out.result(result, () => (result.events > 0 ? 'noted' : 'was so before'));
}

function addOwn(breaks: Command): void {
  acting(breaks.command('own <payment>'))
    .description('say who looks after an open break')
    .requiredOption('--break <id>', 'break id')
    .requiredOption('--owner <subject>', 'the subject of an account')
    .action(action(own));
}

async function resolve(run: Run, options: ResolveOptions, payment: string): Promise<void> {
  const { resolution, reason } = options;
  const result = await decideOn(run, options, payment, {
    type: 'ResolveBreak',
    breakId: parseBreakId(options.break, 'break'),
    resolution,
    reason,
  });
  run.out.result(result, () => {
    if (result.isOpen) return 'proposed; it is resolved once another person says the same';
    return result.events > 0 ? 'resolved' : 'was resolved before';
  });
}

function addResolve(breaks: Command): void {
  acting(breaks.command('resolve <payment>'))
    .description(
      'resolve a break, with what was found out, by another person than caused it; what is counted as settled or returned takes two who say the same',
    )
    .requiredOption('--break <id>', 'break id')
    .addOption(
      new Option('--resolution <what>', 'what is true').choices(RESOLUTIONS).makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'how you know')
    .action(action(resolve));
}

export function breaksCommand(): Command {
  const breaks = new Command('breaks').description(
    'contradictions between what was recorded and what a bank said',
  );
  addList(breaks);
  addOwn(breaks);
  addResolve(breaks);
  return breaks;
}
