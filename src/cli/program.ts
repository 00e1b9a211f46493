import { Command, CommanderError } from 'commander';
import { applicationsCommand } from './commands/applications.js';
import { auditCommand } from './commands/audit.js';
import { breaksCommand } from './commands/breaks.js';
import { correctionsCommand } from './commands/corrections.js';
import { cycleCommand } from './commands/cycle/cycle.js';
import { automationCommand } from './commands/automation.js';
import { deadLettersCommand } from './commands/dead-letters.js';
import { demoCommand } from './demo/demo.js';
import { householdsCommand } from './commands/households.js';
import { EXIT } from './output.js';
import { messagesCommand } from './commands/messages/messages.js';
import { payeesCommand } from './commands/payees.js';
import { paymentsCommand } from './commands/payments.js';
import { programmesCommand } from './commands/programmes.js';
import { rebuildCommand } from './commands/rebuild.js';
import { recoveryCommand } from './commands/recovery.js';
import { relayCommand } from './commands/relay.js';
import { serveCommand } from './commands/serve.js';
import { settingsCommand } from './commands/settings.js';
import { tokenCommand } from './commands/token.js';

const program = new Command('sanad')
  .description('Disburses direct aid from an event log, and proves it.')
  .showHelpAfterError('(add --help for the options)')
  .exitOverride();
for (const command of [
  serveCommand(),
  demoCommand(),
  tokenCommand(),
  settingsCommand(),
  programmesCommand(),
  householdsCommand(),
  applicationsCommand(),
  cycleCommand(),
  payeesCommand(),
  paymentsCommand(),
  breaksCommand(),
  messagesCommand(),
  correctionsCommand(),
  recoveryCommand(),
  auditCommand(),
  rebuildCommand(),
  relayCommand(),
  automationCommand(),
  deadLettersCommand(),
])
  program.addCommand(withExitOverride(command));
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
