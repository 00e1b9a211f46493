import { Command, CommanderError } from 'commander';
import { commandsFor } from './all-commands.js';
import { EXIT } from './output.js';

const program = new Command('sanad')
  .description('Disburses direct aid from an event log, and proves it.')
  .showHelpAfterError('(add --help for the options)')
  .exitOverride();
const commands = await commandsFor(process.argv[2]);
for (const command of commands) program.addCommand(withExitOverride(command));
program.addHelpText(
  'after',
  `
Exit codes: 0 done · 1 refused or failed, nothing half done · 2 wrong usage · 3 finished, but part of the input was
rejected or a check found something · 130 interrupted (run the same command again to finish).`,
);

function withExitOverride(command: Command): Command {
  command.exitOverride();
  for (const sub of command.commands) withExitOverride(sub);
  return command;
}

// Who reads went away, as `head` does: what is under way is finished all the same, and its exit
// code told.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

// bin/sanad.mjs is gone: nobody could stop this any more but by looking for it.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// A listener for the channel's end holds the process; only work may.
process.channel?.unref();

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else if (error instanceof Error && 'detail' in error) {
    process.stderr.write(`sanad: ${String(error.detail)}\n`);
    process.exitCode = EXIT.usage;
  } else throw error;
}
