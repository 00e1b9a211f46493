import { Command } from 'commander';
import { checkpointsIn } from '../../adapters/data-folder/checkpoint.js';
import { leaseText } from '../../adapters/lease/postgres.js';
import { setAsideDecider } from '../../automation/set-aside.decider.js';
import { automationsOver } from '../../composition/automations.js';
import { AUTOMATION_LEASE } from '../../composition/servers.js';
import { fold } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import type { ProcessManagerRunner } from '../../process-managers/runner.js';
import { stateKept } from '../../runtime/set-aside.js';
import { dismissalPart } from '../../use-cases/jobs/dismiss-set-aside.js';
import type { SetAside } from '../../write-side/set-aside.js';
import { execute } from '../../write-side/execute.js';
import { automated } from '../acting.js';
import {
  acting,
  action,
  actorOf,
  contextOf,
  reading,
  type CommonOptions,
  type Run,
} from '../command.js';
import { withEngine, type Engine } from '../compose.js';
import { drainAutomations } from '../drain.js';
import { EXIT, table } from '../output.js';

interface RetryOptions extends CommonOptions {
  readonly event?: string;
}
interface DismissOptions extends CommonOptions {
  readonly event: string;
  readonly automation: string;
  readonly reason: string;
}

const runnerOf = (engine: Engine): ProcessManagerRunner =>
  automationsOver(engine, checkpointsIn(engine.dir), () => undefined);

async function setAsideIn(engine: Engine): Promise<readonly SetAside[]> {
  if (engine.distributed) {
    const { databaseUrl } = engine.distributed;
    const kept = stateKept({
      load: () => leaseText(databaseUrl, AUTOMATION_LEASE),
      save: () => Promise.resolve(),
    });
    return (await kept.loadState())?.setAside ?? [];
  }
  const runner = runnerOf(engine);
  await runner.load();
  return runner.setAside;
}

async function list({ out }: Run, options: CommonOptions): Promise<number> {
  const found = await withEngine(options.data, setAsideIn);
  out.result({ setAside: found }, () =>
    found.length === 0
      ? 'Nothing is set aside.'
      : table([
          ['event', 'type', 'stream', 'automation', 'reason'],
          ...found.map(({ eventId, type, stream, manager, reason }) => [
            eventId,
            type,
            stream,
            manager,
            reason,
          ]),
        ]),
  );
  return found.length === 0 ? EXIT.ok : EXIT.findings;
}

async function retry(run: Run, options: RetryOptions): Promise<number> {
  const { done, left } = await withEngine(options.data, async (engine) => {
    if (engine.distributed)
      throw new DomainError(
        'AUTOMATION_ELSEWHERE',
        'The process with the role automation tries again by itself: every ten minutes, and when it is started.',
        'rule',
      );
    const runner = runnerOf(engine);
    const mended = await runner.retry(options.event, run.signal);
    await drainAutomations(engine, run);
    // What was set aside while they caught up counts, too.
    return { done: mended, left: (await setAsideIn(engine)).length };
  });
  run.out.result({ done, left }, () => `${done} acted on now, ${left} set aside still`);
  return left === 0 ? EXIT.ok : EXIT.findings;
}

async function dismiss(run: Run, options: DismissOptions): Promise<void> {
  const { event: eventId, automation: manager, reason } = options;
  const status = await automated(options.data, run, async (engine) => {
    const said = await dismissalPart(() => setAsideIn(engine), { eventId, manager, reason });
    const actor = actorOf(options, 'programme-manager');
    const context = contextOf(actor, 'dismiss', eventId, manager);
    await execute(engine, [said], context);
    const { dismissed } = fold(setAsideDecider, await engine.store.readStream(said.stream));
    return dismissed.includes(manager) ? 'dismissed' : 'proposed';
  });
  run.out.result({ eventId, status }, () =>
    status === 'proposed' ? 'proposed; it is dismissed once another person says the same' : status,
  );
}

export function automationCommand(): Command {
  const automation = new Command('automation').description(
    'what automations could not do: look at it, have it tried again, or dismiss it',
  );
  reading(automation.command('list'))
    .description('events that were set aside for a person, each with why')
    .action(action(list));
  acting(automation.command('retry'))
    .description('try what was set aside once more, after its cause was mended')
    .option('--event <id>', 'this one only')
    .action(action(retry));
  acting(automation.command('dismiss'))
    .description(
      'say that nothing has to come of what was set aside any more; it is dismissed once a second person says the same',
    )
    .requiredOption('--event <id>', 'which event')
    .requiredOption('--automation <name>', 'which automation could not act on it')
    .requiredOption('--reason <text>', 'why, or who did by hand what should have come of it')
    .action(action(dismiss));
  return automation;
}
