import type { Command } from 'commander';

type Loading = () => Promise<Command>;

/** The groups of the command line, in the order of its help; one is loaded when it is called. */
const GROUPS: Readonly<Record<string, Loading>> = {
  serve: async () => (await import('./commands/serve.js')).serveCommand(),
  demo: async () => (await import('./demo/demo.js')).demoCommand(),
  token: async () => (await import('./commands/token.js')).tokenCommand(),
  settings: async () => (await import('./commands/settings.js')).settingsCommand(),
  programmes: async () => (await import('./commands/programmes.js')).programmesCommand(),
  households: async () => (await import('./commands/households.js')).householdsCommand(),
  applications: async () => (await import('./commands/applications.js')).applicationsCommand(),
  enrolments: async () => (await import('./commands/enrolments.js')).enrolmentsCommand(),
  persons: async () => (await import('./commands/persons.js')).personsCommand(),
  cycle: async () => (await import('./commands/cycle/cycle.js')).cycleCommand(),
  payees: async () => (await import('./commands/payees.js')).payeesCommand(),
  payments: async () => (await import('./commands/payments.js')).paymentsCommand(),
  breaks: async () => (await import('./commands/breaks.js')).breaksCommand(),
  messages: async () => (await import('./commands/messages/messages.js')).messagesCommand(),
  proposals: async () => (await import('./commands/proposals.js')).proposalsCommand(),
  corrections: async () => (await import('./commands/corrections.js')).correctionsCommand(),
  recovery: async () => (await import('./commands/recovery.js')).recoveryCommand(),
  audit: async () => (await import('./commands/audit.js')).auditCommand(),
  jobs: async () => (await import('./commands/jobs.js')).jobsCommand(),
  rebuild: async () => (await import('./commands/rebuild.js')).rebuildCommand(),
  relay: async () => (await import('./commands/relay.js')).relayCommand(),
  lease: async () => (await import('./commands/lease.js')).leaseCommand(),
  automation: async () => (await import('./commands/automation.js')).automationCommand(),
  callbacks: async () => (await import('./commands/callbacks.js')).callbacksCommand(),
  'dead-letters': async () => (await import('./commands/dead-letters.js')).deadLettersCommand(),
};

/** The group that is called by this word; every one where it names none, as for help. */
export function commandsFor(word = ''): Promise<readonly Command[]> {
  const called = Object.entries(GROUPS).filter(([name]) => name === word);
  const groups = called.length > 0 ? called : Object.entries(GROUPS);
  return Promise.all(groups.map(([, load]) => load()));
}
