import type { Command } from 'commander';
import { applicationsCommand } from './commands/applications.js';
import { auditCommand } from './commands/audit.js';
import { breaksCommand } from './commands/breaks.js';
import { callbacksCommand } from './commands/callbacks.js';
import { correctionsCommand } from './commands/corrections.js';
import { cycleCommand } from './commands/cycle/cycle.js';
import { automationCommand } from './commands/automation.js';
import { deadLettersCommand } from './commands/dead-letters.js';
import { demoCommand } from './demo/demo.js';
import { householdsCommand } from './commands/households.js';
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

/** The groups of the command line, in the order of its help. */
export const allCommands = (): readonly Command[] => [
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
  callbacksCommand(),
  deadLettersCommand(),
];
