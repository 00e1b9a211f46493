import { Command } from 'commander';
import { checkpointsIn } from '../../adapters/data-folder/checkpoint.js';
import { resetLease } from '../../adapters/lease/postgres.js';
import { AUTOMATION_LEASE } from '../../composition/servers.js';
import { DomainError } from '../../kernel/errors.js';
import { action, common, type CommonOptions } from '../command.js';
import { withEngine } from '../compose.js';

/** @throws DomainError AUTOMATION_AT_WORK */
async function reset(dir: string): Promise<void> {
  await withEngine(dir, async ({ dir: folder, distributed }) => {
    if (!distributed) return checkpointsIn(folder).forget();
    if (await resetLease(distributed.databaseUrl, AUTOMATION_LEASE)) return;
    throw new DomainError(
      'AUTOMATION_AT_WORK',
      'A process with the role automation is at work: stop all of them first, and start them again afterwards.',
      'unavailable',
    );
  });
}

export function leaseCommand(): Command {
  const lease = new Command('lease').description('how far the automations acted on the log');
  common(lease.command('reset'))
    .description(
      'where the log was restored or is another: have the automations begin at its start. The streams tell what was done, and nothing is done again; what was set aside is tried again',
    )
    .action(
      action<CommonOptions, []>(async ({ out }, { data }) => {
        await reset(data);
        out.result(
          { reset: AUTOMATION_LEASE },
          () => 'the automations begin at the start of the log',
        );
      }),
    );
  return lease;
}
