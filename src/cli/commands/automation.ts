import { Command } from 'commander';
import { checkpointsIn } from '../../adapters/data-folder/checkpoint.js';
import { leaseText } from '../../adapters/lease/postgres.js';
import { AUTOMATION_LEASE } from '../../composition/servers.js';
import { DomainError } from '../../kernel/errors.js';
import { processManagers } from '../../process-managers/all.js';
import { AutomationRunner } from '../../process-managers/runner.js';
import { stateKept } from '../../runtime/set-aside.js';
import type { SetAside } from '../../write-side/set-aside.js';
import { action, common, type CommonOptions, type Run } from '../command.js';
import { withEngine, type Engine } from '../compose.js';
import { drainAutomations } from '../drain.js';
import { EXIT, table } from '../output.js';

interface RetryOptions extends CommonOptions {
  readonly event?: string;
}

const runnerOf = (engine: Engine): AutomationRunner => {
  const checkpoints = checkpointsIn(engine.dir);
  return new AutomationRunner(engine, processManagers(engine), {
    ...checkpoints.acted,
    ...stateKept(checkpoints.each),
  });
};

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
    return { done: mended, left: runner.setAside.length };
  });
  run.out.result({ done, left }, () => `${done} acted on now, ${left} set aside still`);
  return left === 0 ? EXIT.ok : EXIT.findings;
}

export function automationCommand(): Command {
  const automation = new Command('automation').description(
    'what automations could not do: look at it, and have it tried again',
  );
  common(automation.command('list'))
    .description('events that were set aside for a person, each with why')
    .action(action(list));
  common(automation.command('retry'))
    .description('try what was set aside once more, after its cause was mended')
    .option('--event <id>', 'this one only')
    .action(action(retry));
  return automation;
}
